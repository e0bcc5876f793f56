// Command lines that are often typed, and wrong. No import from outside: every call passes here.
import { existsSync } from "node:fs";
import { UsageError } from "../errors.ts";

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(,.*)?$/i;
const FIGURE = /^(figure)?\d(,.*)?$/;
const MODEL = /^(shared-bottom|omoe|mmoe)[\w-]*(,.*)?$/;

/** A name that is no option, no config and no preset. */
const COLUMN = /^(?!-|.*\.(ya?ml|json)$|(paper|paper-long|fixed-rows|figure3|zoo|methods|smoke)$)./i;

/** Options that take a list by commas, and what an item looks like: no preset does. */
const LISTS: ReadonlyMap<string, RegExp> = new Map([
  ["--corr", NUMBER],
  ["--lr", NUMBER],
  ["--steps", NUMBER],
  ["--batch", NUMBER],
  ["--sines", NUMBER],
  ["--devices", NUMBER],
  ["--only", FIGURE],
  ["--models", MODEL],
  ["--label", COLUMN],
  ["--input", COLUMN],
  ["--ignore", COLUMN],
  ["--categorical", COLUMN],
]);

/** Refuses a list whose items are apart, as `--corr 0.5 0.9`: 0.9 would be taken for a file. Throws UsageError. */
export function checkLists(argv: readonly string[]): void {
  for (const [at, flag] of argv.entries()) {
    const item = LISTS.get(flag);
    if (item === undefined) continue;
    const items = itemsFrom(argv.slice(at + 1), item);
    if (items.length < 2) continue;
    const list = items.map((text) => text.replace(/,$/, "")).join(",");
    throw new UsageError(`${flag} ${items.join(" ")}: a list has commas and no spaces: ${flag} ${list}`);
  }
}

/** The first words, as far as they look like items and are no files. */
function itemsFrom(words: readonly string[], item: RegExp): readonly string[] {
  const end = words.findIndex((word, i) => !item.test(word) || (i > 0 && existsSync(word)));
  return end < 0 ? words : words.slice(0, end);
}

/** `help swep` as `swep`, which is refused with the nearest command: help of an unknown command would be that of all. */
export function withoutHelp(argv: readonly string[], commands: readonly string[]): readonly string[] {
  const [first, second = ""] = argv;
  return first === "help" && !["", "help", ...commands].includes(second) ? argv.slice(1) : argv;
}
