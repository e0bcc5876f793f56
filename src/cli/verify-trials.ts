import { generatorOfTrials } from "../config/trials.ts";
import { measuredCorrelations } from "../data/label-correlation.ts";
import { readTrials } from "../records/label-trials.ts";
import { numberOf } from "../units.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { sampleOf } from "./sample.ts";
import { table } from "./text/table.ts";

/** Measures `count` trials of a folder again, at all their correlations. */
export function verifyTrials(
  folder: string,
  count: number,
  { effects, note }: Context,
  { json = false }: { json?: boolean },
): number {
  const { settings, measured } = readTrials(folder);
  const trials = sampleOf([...measured.keys()], count);
  note(`measuring ${numberOf(trials.length, "trial")} again: ${trials.join(", ")}`);
  const verified = trials.map((run) => {
    const { seed, correlations, rows } = settings;
    const again = measuredCorrelations(generatorOfTrials(settings), correlations, rows, { seed, run });
    const recorded = measured[run] as readonly number[];
    return { trial: run, same: again.every((value, i) => value === recorded[i]), recorded, again };
  });
  if (json) effects.stdout.write(`${JSON.stringify(verified, null, 2)}\n`);
  else
    effects.stdout.write(
      table([
        ["trial", "all correlations"],
        ...verified.map(({ trial, same }) => [String(trial), same ? "same" : "differs"]),
      ]),
    );
  return verified.every(({ same }) => same) ? EXIT.done : EXIT.checkFailed;
}
