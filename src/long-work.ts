// Work that takes long in one go, such as reading a large table: whoever waits is told.
let tell: (line: string) => void = () => {};

/** Who is told from now on. */
export function onLongWork(note: (line: string) => void): void {
  tell = note;
}

/** Tells one line of it. */
export function tellLine(line: string): void {
  tell(line);
}

const [FIRST_MS, EVERY_MS] = [2000, 10_000];

/** Tells how far some work is: after two seconds, then every ten. */
export class LongWork {
  readonly #what: string;
  #due = performance.now() + FIRST_MS;

  /** `what` is done, such as `reading cars.csv`. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Called now and then, with the share that is done. */
  reach(share: number): void {
    const now = performance.now();
    if (now < this.#due) return;
    this.#due = now + EVERY_MS;
    tell(`${this.#what}: ${Math.floor(100 * share)} %`);
  }
}
