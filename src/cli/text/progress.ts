import type { Run } from "../../engines/engine.ts";
import { plain } from "../../records/journal-line.ts";
import type { Context } from "../effects.ts";
import { barProgress } from "./bars.ts";
import { type Progress, Tally } from "./tally.ts";

const LINE_EVERY_MS = 10_000;

/** Bars on a terminal, a line every so often elsewhere, JSON lines on stdout with --json, nothing with --quiet. */
export function progressFor(runs: readonly Run[], json: boolean, { effects, quiet, note }: Context): Progress {
  if (json) return jsonProgress(effects.stdout);
  if (quiet) return { progress: () => {}, result: () => {}, stop: () => {} };
  return effects.stderr.isTTY ? barProgress(runs, effects.stderr) : lineProgress(runs, note);
}

function lineProgress(runs: readonly Run[], note: Context["note"]): Progress {
  const tally = new Tally(runs);
  const timer = setInterval(() => {
    note(`${tally.ended} of ${tally.runs} runs, ${tally.percent} % of the steps, ${tally.pace}`);
  }, LINE_EVERY_MS);
  return {
    progress: (run, step) => tally.reach(run.id, step),
    result: (record) => {
      tally.end(record);
      if (record.status === "failed") note(tally.failureText(record));
    },
    stop: () => clearInterval(timer),
  };
}

function jsonProgress(stdout: Context["effects"]["stdout"]): Progress {
  const emit = (event: object) => stdout.write(`${JSON.stringify(event)}\n`);
  return {
    progress: (run, step) => emit({ event: "progress", id: run.id, step, steps: run.training.steps }),
    result: (record) => emit({ event: "run", ...plain(record) }),
    stop: () => {},
  };
}
