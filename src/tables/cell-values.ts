// What a cell says: a number, or nothing.

export const LARGEST_FLOAT32 = 3.4028235e38;

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A value as a number that float32 can hold; undefined for anything else. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === "number") return Math.abs(value) <= LARGEST_FLOAT32 ? value : undefined;
  const text = typeof value === "string" ? value.trim() : undefined;
  const isNumeric = text === undefined ? typeof value === "bigint" : DECIMAL.test(text);
  const number = isNumeric ? Number(text ?? value) : Number.NaN;
  return Math.abs(number) <= LARGEST_FLOAT32 ? number : undefined;
}

/** Words that stand for an empty cell. */
export class NothingWords {
  readonly #words: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;

  constructor(words: readonly string[]) {
    this.#words = new Set(words);
    this.#numbers = new Set(words.flatMap((word) => numberIn(word) ?? []));
  }

  get size(): number {
    return this.#words.size;
  }

  /** Whether some of the words are numbers. */
  get hasNumbers(): boolean {
    return this.#numbers.size > 0;
  }

  /** Whether a value is one of the words. Among numbers, -999 also stands for -999.0. */
  has(value: unknown, amongNumbers: boolean): boolean {
    if (this.size === 0) return false;
    if (this.#words.has(typeof value === "string" ? value.trim() : String(value))) return true;
    const number = amongNumbers && this.hasNumbers ? numberIn(value) : undefined;
    return number !== undefined && this.#numbers.has(number);
  }
}
