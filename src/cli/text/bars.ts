import { MultiBar, type SingleBar } from "cli-progress";
import type { AnyRun } from "../../engines/engine.ts";
import { type Cell, correlationText, pointText } from "../../records/cell.ts";
import type { RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { cellOfRun } from "../../sweep/status.ts";
import type { Output } from "../effects.ts";
import { type RunProgress, Tally, type ToTrain } from "./tally.ts";

/** With more cells than this, only the complete sweep has a bar. */
const MOST_CELLS = 15;

interface Bar {
  readonly bar: SingleBar;
  readonly tally: Tally;
}

/** A bar for each cell and one for the complete sweep, drawn on a terminal. */
export function barProgress({ todo: runs, kept }: ToTrain, stream: Output): RunProgress {
  const multi = new MultiBar({
    format: "{name} [{bar}] {ended}/{runs} runs{pace}",
    barsize: 8,
    barCompleteChar: "=",
    barIncompleteChar: " ",
    stream: stream as NodeJS.WritableStream,
    hideCursor: true,
    fps: 4,
    forceRedraw: true,
  });
  const cells = groupBy(runs, (run) => cellName(cellOfRun(run)));
  const width = Math.max(...[...cells.keys()].map((name) => name.length));
  const add = (name: string, members: readonly AnyRun[]): Bar => {
    const tally = new Tally(members, kept);
    const payload = { name: name.padEnd(width), ended: 0, runs: members.length, pace: "" };
    return { bar: multi.create(tally.total, tally.steps, payload), tally };
  };
  const bars = new Map<string, Bar>();
  if (cells.size <= MOST_CELLS) for (const [name, members] of cells) bars.set(name, add(name, members));
  const whole = add("all", runs);

  const both = (cell: Cell, change: (tally: Tally) => void) => {
    for (const shown of [bars.get(cellName(cell)), whole]) {
      if (shown === undefined) continue;
      change(shown.tally);
      const pace = shown === whole ? `, ${shown.tally.pace}` : "";
      shown.bar.update(shown.tally.steps, { ended: shown.tally.ended, pace });
    }
  };
  return {
    progress: (run, step) => both(cellOfRun(run), (tally) => tally.reach(run.id, step)),
    result: (record: RunRecord) => {
      both(record, (tally) => tally.end(record));
      if (record.status === "failed") multi.log(`${whole.tally.failureText(record)}\n`);
    },
    stop: () => multi.stop(),
  };
}

function cellName({ model, correlation, point }: Cell): string {
  return `${model} p=${correlationText(correlation)} ${pointText(point, " ")}`.trimEnd();
}
