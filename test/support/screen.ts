const ESCAPE = "\u001b";

/** A control sequence, or a letter. */
const LETTERS = new RegExp(`${ESCAPE}\\[\\??(\\d*)([A-Za-z])|.`, "gsu");

/** A terminal without end: what was written to it, as its rows. */
export class Screen {
  readonly isTTY = true;
  columns: number;
  rows: number;
  #rows = [""];
  #y = 0;
  #x = 0;

  constructor(columns: number, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  /** Rows without the spaces at their ends; those at the end that are empty are left out. */
  get shown(): string[] {
    return this.#rows
      .map((row) => row.trimEnd())
      .join("\n")
      .trimEnd()
      .split("\n");
  }

  get cursor(): { readonly x: number; readonly y: number } {
    return { x: this.#x, y: this.#y };
  }

  write(text: string): void {
    for (const [part, count, code] of text.matchAll(LETTERS)) {
      if (code === undefined) this.#put(part);
      else this.#control(code, count === "" ? undefined : Number(count));
    }
  }

  /** Becomes narrower: rows that are wider are wrapped. */
  narrow(columns: number): void {
    const wrapped = this.#rows.map((row) => row.trimEnd().match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);
    const last = wrapped.slice(0, this.#y + 1).flat().length - 1;
    this.#rows = wrapped.flat();
    this.columns = columns;
    this.#y = last;
    this.#x = Math.min(this.#x % columns, columns - 1);
  }

  #put(letter: string): void {
    if (letter === "\n") {
      this.#y++;
      this.#x = 0;
    } else if (letter === "\r") this.#x = 0;
    else {
      if (this.#x === this.columns) {
        this.#y++;
        this.#x = 0;
      }
      const row = (this.#rows[this.#y] ?? "").padEnd(this.#x);
      this.#rows[this.#y] = row.slice(0, this.#x) + letter + row.slice(this.#x + 1);
      this.#x++;
    }
    this.#rows[this.#y] ??= "";
  }

  #control(code: string, count: number | undefined): void {
    const row = this.#rows[this.#y];
    if (code === "A") this.#y = Math.max(0, this.#y - (count ?? 1));
    else if (code === "G") this.#x = (count ?? 1) - 1;
    else if (code === "K") this.#rows[this.#y] = count === 2 ? "" : row.slice(0, this.#x);
    else if (code === "J") this.#rows = [...this.#rows.slice(0, this.#y), row.slice(0, this.#x)];
    else throw new Error(`a Screen does not know ESC [ ${count ?? ""}${code}`);
  }
}
