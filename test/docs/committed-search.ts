// What numbers about the search for the paper's setting are computed from, as in committed.ts.
import { type Clusters, clustersOf, publishedClusters } from "../../scripts/calibration/clusters.ts";
import type { Reading, RunFinal } from "../../scripts/calibration/finals.ts";
import { readFinals } from "../../scripts/calibration/finals-file.ts";
import { studySpreads } from "../../scripts/calibration/studies.ts";
import { settings } from "./committed.ts";

type Where = Parameters<typeof settings>[0];

const cellAt = (correlation: number) => `shared-bottom ${correlation} `;

/** Percentages of Shared-Bottom's runs in each cluster that has any, with its mean. */
const clusterNumbers = ({ shares, means }: Pick<Clusters, "shares" | "means">): number[] =>
  shares.flatMap((share, i) => (share === 0 ? [0] : [100 * share, means[i] as number]));

/** The clusters of the paper's Figure 5. */
export const paperClusters = (correlation: number): number[] =>
  clusterNumbers(publishedClusters.get(cellAt(correlation)) as Clusters);

/** The distances of a study's final losses from the paper's Figure 5, and that by chance. */
export async function emds(folder: string, reading: Reading): Promise<number[]> {
  const { cells, chance } = (await studySpreads(folder))[reading];
  return [...[0.5, 0.9, 1].map((correlation) => cells.get(cellAt(correlation)) as number), chance];
}

/** Of a setting of the search: runs, late losses of ours and the paper, clusters, distance and that by chance. */
export function searched(where: Partial<RunFinal>): number[] {
  const isOne = (final: RunFinal) =>
    Object.entries(where).every(([key, value]) => final[key as keyof RunFinal] === value);
  const [cell, ...more] = clustersOf(readFinals().filter(isOne));
  if (cell === undefined || more.length > 0)
    throw new RangeError(`searched: expected one cell, got ${more.length + 1}`);
  return [cell.runs, cell.late, cell.paperLate, ...clusterNumbers(cell), cell.emd, cell.chance];
}

/** The least distances on the axis at its word of settings with these values, with the point up to which they reach. */
export function literal(where: Where): number[] {
  const known = settings({ shown: "running", ...where }).filter((row) => row["literal rms"] !== "");
  const nearest = known.toSorted((a, b) => Number(a["literal rms"]) - Number(b["literal rms"]))[0];
  return [Number(nearest?.["literal rms"]), Number(nearest?.["literal up to"])];
}
