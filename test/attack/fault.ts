/** Something that goes wrong around mmoe, and what must hold all the same. */
export interface Fault {
  readonly name: string;
  /** What is done, and what must hold. */
  readonly about: string;
  /** How often it is tried, of a hundred tries of all faults together. */
  readonly share: number;
  /** Why it can't be tried on this machine; undefined if it can. */
  readonly lacking?: () => string | undefined;
  /** One try. Gives what did not hold, with all that is needed to see it again; undefined where all held. */
  attempt(random: () => number): Promise<string | undefined>;
}

/** One of `values`, any as likely as another. */
export function oneOf<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)] as T;
}

/** A whole number from `from` to below `to`. */
export function wholeBetween(from: number, to: number, random: () => number): number {
  return from + Math.floor(random() * (to - from));
}

/** What people, scripts and editors write where something else is expected. */
export const ODD_TEXTS: readonly string[] = [
  ...["", " ", "0", "-0", "-1", "1", "2", "0.5", "1.5", "1e3", "1e999", "-1e-400", "0x1", "0b1", "0o7", "1_000", "NaN"],
  ...[
    "Infinity",
    ".inf",
    ".nan",
    "null",
    "~",
    "true",
    "yes",
    "[]",
    "{}",
    "[1, [2]]",
    "{a: 1}",
    "*a",
    "&a [*a]",
    "!!js x",
  ],
  ...[
    "2147483647",
    "2147483648",
    "9007199254740993",
    "1,,2",
    ",",
    "0.5,0.5",
    "0.5 0.9",
    "paper",
    "mmoe",
    "fresh",
    "mmoe,x",
  ],
  ...[
    "--",
    "-",
    "'",
    '"',
    "\\",
    "\n",
    "a: b",
    "- a",
    "#",
    "%",
    "@",
    "`id`",
    "$HOME",
    "é",
    "😀",

    "\u202e",
  ],
  ...["x".repeat(5000), "/dev/null", "/proc/self/mem", "..", "1/2", "3h", "train", "svg", "mean", "2026-11-25", "1:30"],
];
