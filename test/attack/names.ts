import { join } from "node:path";
import { temporaryFolder } from "../support/effects.ts";
import { INHERITED, READERS, readerIn, writeNamed } from "../support/inherited-names.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";
import { unheld } from "./inputs.ts";

/** Names that a model may have, and that mean something to a program, a file system, a spreadsheet or a shell. */
const NAMES = [...INHERITED, "nan", "null", "true", "0", "1e5", "con", "mean", "p", "a.b", "x--y", "z".repeat(60)];

export const names: Fault = {
  name: "names",
  about: "results of models by names that objects inherit, and by other odd names: never a bug, in no reader",
  share: 2,
  attempt(random) {
    const folder = join(temporaryFolder(), "named");
    const some = new Set(Array.from({ length: wholeBetween(1, 5, random) }, () => oneOf(NAMES, random)));
    writeNamed(folder, [...some], wholeBetween(1, 4, random));
    const words = oneOf(READERS, random);
    return unheld(readerIn(folder, words), `${words.join(" ")} of ${[...some].join(", ")}`);
  },
};
