import { EVENTS_VERSION, type SweepEvent } from "../../records/events.ts";
import { plain } from "../../records/journal-line.ts";
import type { SweepListener, SweepOutcome } from "../../sweep/run-sweep.ts";
import type { Context } from "../command.ts";
import { barProgress } from "./bars.ts";
import { lineProgress, type RunProgress } from "./progress-line.ts";
import { startLines } from "./sweep-start.ts";

/** A listener that shows a sweep's progress until it is stopped. */
interface Progress extends SweepListener {
  stop(): void;
  /** Writes the event of a sweep's end, with --json. */
  end(outcome: SweepOutcome): void;
}

/** Bars on a terminal, else a line every ten seconds; JSON lines on stdout with --json; nothing with --quiet. */
export function progressFor(json: boolean, { effects, quiet, note }: Context): Progress {
  const emit = (event: SweepEvent) => json && effects.stdout.write(`${JSON.stringify(event)}\n`);
  let shown: RunProgress | undefined;
  return {
    note: (line) => (shown && !quiet ? shown.note(line) : note(line)),
    start(start) {
      for (const line of startLines(start)) note(line);
      const { out, todo, kept, engine, device } = start;
      emit({ event: "start", version: EVENTS_VERSION, out, runs: todo.length, kept: kept.size, engine, device });
      if (!json && !quiet)
        shown = effects.stderr.isTTY ? barProgress(start, effects.stderr) : lineProgress(start, note);
    },
    choosing(run, tried, chosen) {
      emit({ event: "choosing", id: run.id, tried, ...(chosen !== undefined && { steps: chosen }) });
      shown?.choosing(run, tried, chosen);
    },
    progress(run, step, loss) {
      emit({ event: "progress", id: run.id, step, steps: run.training.steps });
      shown?.progress(run, step, loss);
    },
    result(record) {
      emit({ event: "run", ...plain(record) });
      shown?.result(record);
    },
    end: ({ out, done, failed, missing, kept }) => emit({ event: "end", out, done, failed, missing, kept: kept.runs }),
    stop() {
      shown?.stop();
      shown = undefined;
    },
  };
}
