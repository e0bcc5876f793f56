import { writeFileSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { clustersOf, clustersText } from "./clusters.ts";
import { fingerprintFigure } from "./fingerprint.ts";
import { nearestBy, type Ranked, rank } from "./rank.ts";
import { writeStored } from "./store.ts";
import { studiesText } from "./studies.ts";
import { nearestText, profileText, settingRow } from "./text.ts";
import { settingsOf, storedWith } from "./trained.ts";

const NEAREST = 20;

/**
 * `rank [FOLDER ...]`: adds results folders to what is stored. Ranks all settings by their distances from the paper's Figures 3, 4 and 5 into settings.csv; prints the nearest, what each axis does alone, and
 * the clusters of final losses. Writes fingerprint.svg and .csv.
 */
export async function run(folders: readonly string[]): Promise<void> {
  const stored = await storedWith(folders);
  if (folders.length > 0) writeStored(stored);
  const { curves, finals } = await settingsOf(stored);
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
  console.log(`${clustersText(clustersOf(finals))}\n${await studiesText(stored)}`);

  const { svg, data } = fingerprintFigure();
  writeFileSync("research/results/fingerprint.svg", svg);
  writeFileSync("research/results/fingerprint.csv", stringify([...data], { header: true }));
}
