import { MultiBar, type SingleBar } from "cli-progress";
import type { AnyRun } from "../../engines/engine.ts";
import { type Cell, correlationText, pointText } from "../../records/cell.ts";
import type { RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { cellOfRun } from "../../sweep/status.ts";
import type { Output } from "../effects.ts";
import { ALL, barLayout } from "./bar-layout.ts";
import { type RunProgress, Tally, type ToTrain } from "./tally.ts";

interface Bar {
  readonly bar: SingleBar;
  readonly tally: Tally;
}

/** A bar for each cell, as far as the terminal has room, and one for the complete sweep. */
export function barProgress({ todo: runs, kept }: ToTrain, stream: Output): RunProgress {
  const cells = groupBy(runs, (run) => cellName(cellOfRun(run)));
  const { columns = 80, rows = 24 } = stream;
  const layout = barLayout({ columns, rows, names: [...cells.keys()], runs: runs.length });
  const multi = new MultiBar({
    format: "{name} [{bar}] {ended}/{runs} runs{end}",
    barsize: layout.bar,
    barCompleteChar: "=",
    barIncompleteChar: " ",
    stream: stream as NodeJS.WritableStream,
    hideCursor: true,
    fps: 4,
    forceRedraw: true,
  });
  const width = layout.cells ? Math.max(...[...cells.keys()].map((name) => name.length)) : ALL.length;
  const add = (name: string, members: readonly AnyRun[]): Bar => {
    const tally = new Tally(members, kept);
    const payload = { name: name.padEnd(width), ended: 0, runs: members.length, end: "" };
    return { bar: multi.create(tally.total, tally.steps, payload), tally };
  };
  const bars = new Map<string, Bar>();
  if (layout.cells) for (const [name, members] of cells) bars.set(name, add(name, members));
  const whole = add(ALL, runs);

  const both = (cell: Cell, change: (tally: Tally) => void) => {
    for (const shown of [bars.get(cellName(cell)), whole]) {
      if (shown === undefined) continue;
      change(shown.tally);
      const { steps, ended, loss, pace, left } = shown.tally;
      const end = shown === whole ? (layout.rate ? pace : left) : loss;
      shown.bar.update(steps, { ended, end: end === "" ? "" : `, ${end}` });
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
  const at = correlation === null ? [] : [`p=${correlationText(correlation)}`];
  return [model, ...at, pointText(point, " ")].join(" ").trimEnd();
}
