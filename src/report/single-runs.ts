import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/loss-sets.ts";
import { type SweepCell, sweepCells } from "../figures/sweep-facts.ts";
import type { Results } from "../records/read-results.ts";
import { lossCurve, type RunRecord } from "../records/record.ts";
import { thousands } from "../units.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { dataElement } from "./html-page.ts";
import { LISTED } from "./runs-section.ts";
import { vlq } from "./vlq.ts";

/** Most losses of single runs in a page: half a megabyte. A panel that is 60 points wide shows no more points. */
const MOST_LOSSES = 300_000;
const MOST_POINTS = 40;

/** Curves of single runs, packed for the page's script. */
export interface SingleRuns {
  readonly steps: readonly number[];
  /** At most this many runs per cell, the first ones; cells and runs are those of the table of runs. */
  readonly most: number;
  /** Ends of the logarithmic scale that losses are counted on, in `PARTS` parts. */
  readonly low: number;
  readonly high: number;
  /** Parts of the scale, [cells][runs][steps], as base64 VLQ: each as its difference from the run's step before. */
  readonly losses: EachLoss<string>;
}

/** The first runs of each cell, as many as a page can hold; undefined if none is done. */
export function singleRuns(results: Results): SingleRuns | undefined {
  const cells = sweepCells(results);
  const all = cells[0]?.runs[0]?.curve.steps;
  if (all === undefined) return undefined;
  const every = Math.ceil(all.length / MOST_POINTS);
  const points = all.flatMap((_, i) => ((all.length - 1 - i) % every === 0 ? [i] : []));
  const room = Math.max(1, Math.floor(MOST_LOSSES / (LOSS_SETS.length * cells.length * points.length)));
  const most = Math.min(room, LISTED);
  const shown = cells.map((cell) => ({ ...cell, runs: cell.runs.slice(0, most) }));
  const values = eachLoss((set) => shown.map((cell) => lossesOf(cell, set, points)));
  const ends = endsOf(LOSS_SETS.flatMap((set) => values[set]));
  return {
    steps: points.map((i) => all[i]),
    most,
    ...ends,
    losses: eachLoss((set) => packed(values[set], points.length, ends)),
  };
}

/** [runs * points]. */
function lossesOf({ runs }: SweepCell, set: LossSet, points: readonly number[]): Float64Array {
  const of = (run: RunRecord) => {
    const curve = lossCurve(run, set);
    return points.map((i) => curve[i]);
  };
  return Float64Array.from(runs.flatMap(of));
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

function endsOf(values: readonly Float64Array[]): Ends {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const loss of values.flatMap((some) => [...some])) {
    if (loss > 0) low = Math.min(low, loss);
    high = Math.max(high, loss);
  }
  return low < high ? { low, high } : { low: 0.5, high: 1 };
}

/** A part is less than a point of a panel. */
const PARTS = 511;

function packed(values: readonly Float64Array[], points: number, { low, high }: Ends): string {
  const part = (loss: number) => Math.round((PARTS * Math.log(Math.max(loss, low) / low)) / Math.log(high / low));
  return values
    .flatMap((cell) => {
      const parts = Array.from(cell, part);
      return parts.map((one, i) => vlq(i % points === 0 ? one : one - parts[i - 1]));
    })
    .join("");
}

/** Controls that pick a run by its index, and its curve in every cell: the page's script shows and drives them. */
export function runPicker(results: Results): Html {
  const packedRuns = singleRuns(results);
  if (packedRuns === undefined) return NOTHING;
  const runs = sweepCells(results).map((cell) => cell.runs.map(({ run }) => run));
  const done = Math.max(...runs.map(({ length }) => length));
  const shown = runs.flatMap((some) => some.slice(0, packedRuns.most));
  const part =
    packedRuns.most < done
      ? ` This page has the first ${thousands(packedRuns.most)} of the ${thousands(done)} runs of a cell.`
      : "";
  return html`<div class="picker" id="run-picker" hidden>
<p><label for="run-index">Run</label> <input type="range" id="run-index" min="0" max="${Math.max(...shown)}" value="0" autocomplete="off"> <output id="run-reading" for="run-index"></output></p>
<p><label><input type="checkbox" id="run-all" autocomplete="off"> all of these runs</label></p>
<p class="note">One run’s curve in every cell: in each run, all models and correlations see the same data. Point at a curve to pick its run.${part}</p>
</div>
${dataElement("single-runs", packedRuns)}`;
}
