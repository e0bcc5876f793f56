import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { stringify } from "csv-stringify/sync";
import { clustersOf, clustersText } from "./clusters.ts";
import { fingerprintFigure } from "./fingerprint.ts";
import { nearestBy, type Ranked, rank } from "./rank.ts";
import { readSweeps, sweepIn, writeSweeps } from "./store.ts";
import { studiesText } from "./studies.ts";
import { nearestText, profileText, settingRow } from "./text.ts";
import { readTrained } from "./trained.ts";

const NEAREST = 20;

/**
 * `rank [FOLDER ...]`: adds results folders to the stored sweeps, in place of those of their names. Ranks all settings by
 * their distances from the paper's Figures 3, 4 and 5 into settings.csv; prints the nearest, what each axis does alone, and
 * the clusters of final losses. Writes fingerprint.svg and .csv.
 */
export async function run(folders: readonly string[]): Promise<void> {
  if (folders.length > 0) {
    const added = await Promise.all(folders.map((folder) => sweepIn(folder, basename(folder))));
    writeSweeps([...new Map([...(await readSweeps()), ...added.map((one) => [one.path, one] as const)]).values()]);
  }
  const { curves, finals } = await readTrained(await readSweeps());
  const ranked = rank(curves, finals);
  const rows = ranked.map(settingRow);
  const columns = [...new Set(rows.flatMap(Object.keys))];
  writeFileSync("research/results/settings.csv", stringify(rows, { header: true, columns }));
  for (const figure of [4, 3] as const) {
    const own = ranked.filter((one) => one.figure === figure);
    console.log(`Figure ${figure}\n${nearestText(own.slice(0, NEAREST))}\n${profileText(own)}`);
  }
  for (const [title, distanceOf] of [
    ["The axis at its word", ({ literal, shown }: Ranked) => (shown === "running" ? literal?.rms : undefined)],
    ["Final losses, with the axis at its word", ({ spread }: Ranked) => spread?.emd],
    ["Final losses, at the unit that fits Figure 4 best", ({ fitted }: Ranked) => fitted?.emd],
  ] as const)
    console.log(`${title}\n${nearestText(nearestBy(ranked, distanceOf).slice(0, NEAREST))}`);
  console.log(`${clustersText(clustersOf(finals))}\n${await studiesText()}`);

  const { svg, data } = fingerprintFigure();
  writeFileSync("research/results/fingerprint.svg", svg);
  writeFileSync("research/results/fingerprint.csv", stringify([...data], { header: true }));
}
