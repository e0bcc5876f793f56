import { UsageError } from "../errors.ts";
import { numberOf } from "../units.ts";
import { numbersOf, type RunNumbers, sameNumbers } from "./journal-line.ts";
import { readJournal } from "./read-journals.ts";

/** Most conflicts that an error names. */
const NAMED = 3;

/**
 * Throws UsageError, naming runs, if the journals at `paths` have different results for one of the runs `doneTwice`.
 * What may differ is who computed it and how long that took. Returns how many times a run was done again, in agreement.
 */
export function checkSame(paths: readonly string[], doneTwice: ReadonlySet<string>): number {
  if (doneTwice.size === 0) return 0;
  const first = new Map<string, { path: string; numbers: RunNumbers }>();
  const conflicts: string[] = [];
  let repeated = 0;
  for (const path of paths) {
    for (const record of readJournal(path, () => {}, doneTwice)) {
      if (record.status === "failed") continue;
      const numbers = numbersOf(record);
      const before = first.get(record.id);
      if (before === undefined) first.set(record.id, { path, numbers });
      else if (sameNumbers(before.numbers, numbers)) repeated++;
      else conflicts.push(`${record.id} (${before.path}, ${path})`);
    }
  }
  if (conflicts.length === 0) return repeated;
  const more = conflicts.length > NAMED ? ` and ${conflicts.length - NAMED} more` : "";
  throw new UsageError(
    `${numberOf(conflicts.length, "run")} came out differently: ${conflicts.slice(0, NAMED).join(", ")}${more}; leave one of each out`,
  );
}
