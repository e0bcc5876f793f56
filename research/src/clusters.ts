import { table } from "../../src/cli/text/table.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { mean } from "../../src/stats/moments.ts";
import { settingKey, trainedKey } from "./curves.ts";
import { LITERAL_UNIT, paperLoss } from "./distance.ts";
import { type Bin, chanceDistance, earthMover } from "./earth-mover.ts";
import { READINGS, type RunFinal } from "./finals.ts";
import { publishedFinals } from "./published-finals.ts";
import { endsOf } from "./spread.ts";

/** Between the three clusters of the paper's Figure 5, at edges of its bins. */
const EDGES = [1 / 6, 11 / 30] as const;

/** The clusters of a cell's runs, by the sum of both tasks' losses, beside the paper's. */
export interface Clusters {
  readonly setting: string;
  readonly lr: number;
  readonly cell: string;
  readonly runs: number;
  /** Of the longest run. */
  readonly steps: number;
  /** Mean loss in the second half of those steps, of the runs that have as many, and the paper's there. */
  readonly late: number;
  readonly paperLate: number;
  /** Shares of the runs below, between and above the edges, and the mean end of each; NaN for none. */
  readonly shares: readonly number[];
  readonly means: readonly number[];
  readonly emd: number;
  readonly chance: number;
}

/** One for each cell that was trained and that the paper's counts are known of, by its distance. */
export function clustersOf(finals: readonly RunFinal[]): Clusters[] {
  return [...groupBy(finals, trainedKey).values()]
    .flatMap((runs) => {
      const first = runs[0];
      const cell = cellKey({ ...first, point: NO_CHOICE });
      const bins = publishedFinals.get(cell);
      if (bins === undefined) return [];
      const ends = endsOf(runs, "sum");
      const distances = { emd: earthMover(ends, bins), chance: chanceDistance(bins, runs.length) };
      const steps = Math.max(...runs.map((run) => run.steps));
      const late = mean(runs.filter((run) => run.steps === steps).flatMap((run) => READINGS.sum(run.late)));
      const axis = steps / LITERAL_UNIT;
      const lates = { late, paperLate: paperLoss(cell, axis / 2, axis) };
      const setting = { setting: settingKey(first), lr: first.lr, cell, runs: runs.length, steps };
      return [{ ...setting, ...lates, ...shared(ends), ...distances }];
    })
    .sort((a, b) => a.cell.localeCompare(b.cell) || a.emd - b.emd);
}

/** The same of the paper's runs, by cell. */
export const publishedClusters: ReadonlyMap<string, Pick<Clusters, "shares" | "means">> = new Map(
  [...publishedFinals].map(([cell, bins]) => [cell, shared(middles(bins))]),
);

function shared(ends: readonly number[]): Pick<Clusters, "shares" | "means"> {
  const place = (end: number) => EDGES.filter((edge) => end >= edge).length;
  const each = [0, 1, 2].map((i) => ends.filter((end) => place(end) === i));
  return { shares: each.map((part) => part.length / ends.length), means: each.map(mean) };
}

export function clustersText(all: readonly Clusters[]): string {
  const paper = [...publishedClusters].map(([cell, { shares, means }]) => {
    return ["the paper", "", cell, "200", "", "", "", ...columns(shares, means), "", ""];
  });
  const ours = all.map(({ setting, lr, cell, runs, steps, late, paperLate, shares, means, emd, chance }) => {
    const trained = [setting, String(lr), cell, String(runs), String(steps), late.toFixed(3), paperLate.toFixed(3)];
    return [...trained, ...columns(shares, means), emd.toFixed(3), chance.toFixed(3)];
  });
  const header = "setting lr cell runs steps late paper's low middle high emd chance".split(" ");
  return table([header, ...paper, ...ours]);
}

function columns(shares: readonly number[], means: readonly number[]): string[] {
  return shares.map((share, i) => (share === 0 ? "0 %" : `${Math.round(100 * share)} % at ${means[i]?.toFixed(2)}`));
}

/** The counts of a histogram as values, in the middles of their bins. */
function middles(bins: readonly Bin[]): number[] {
  return bins.flatMap(({ low, high, count }) => Array.from({ length: count }, () => (low + high) / 2));
}
