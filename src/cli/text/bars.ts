import type { AnyRun } from "../../engines/engine.ts";
import { type Cell, correlationText } from "../../identity/cell.ts";
import { pointText } from "../../identity/grid-point.ts";
import type { RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { cellOfRun } from "../../sweep/status.ts";
import type { Output } from "../effects.ts";
import { barLines } from "./bar-lines.ts";
import { Frame } from "./frame.ts";
import { type RunProgress, Tally, type ToTrain } from "./tally.ts";

const EVERY_MS = 250;

/** A bar for each cell, as far as the terminal has room, and one for the complete sweep. */
export function barProgress({ todo: runs, kept, beside }: ToTrain, stream: Output): RunProgress {
  const byCell = groupBy(runs, (run) => cellName(cellOfRun(run)));
  const tallies = new Map(Array.from(byCell, ([name, members]) => [name, new Tally(members, kept, beside)]));
  const cells = Array.from(tallies, ([name, tally]) => ({ name, tally }));
  const whole = new Tally(runs, kept, beside);
  const frame = new Frame(stream);
  const lines = () => {
    const { columns, rows } = stream; // a terminal may change its size, and has 0 if nobody has set it
    return barLines(cells, whole, { columns: columns || 80, rows: rows || 24 });
  };
  const draw = () => frame.draw(lines());
  const timer = setInterval(draw, EVERY_MS);
  draw();
  const both = (cell: Cell, change: (tally: Tally) => void) => {
    for (const tally of [tallies.get(cellName(cell)), whole]) if (tally !== undefined) change(tally);
  };
  return {
    progress: (run: AnyRun, step, loss) => both(cellOfRun(run), (tally) => tally.reach(run.id, step, loss)),
    choosing: (run, tried, chosen) => both(cellOfRun(run), (tally) => tally.choose(run.id, tried, chosen)),
    result: (record: RunRecord) => {
      both(record, (tally) => tally.end(record));
      if (record.status === "failed") frame.log(whole.failureText(record));
    },
    note: (line) => frame.log(line),
    stop: () => {
      clearInterval(timer);
      whole.close();
      frame.stop(lines());
    },
  };
}

function cellName({ model, correlation, point }: Cell): string {
  const at = correlation === null ? [] : [`p=${correlationText(correlation)}`];
  return [model, ...at, pointText(point, " ")].join(" ").trimEnd();
}
