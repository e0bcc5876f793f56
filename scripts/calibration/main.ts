// npm run calibration -- [FOLDER ...]: adds the mean curves of results folders to results/calibration/curves.csv, in place
// of those of the same settings that are no longer, and the end of each run to finals.csv. Ranks all settings there by
// their distances from the paper's Figures 3, 4 and 5 into settings.csv; prints the nearest, what each axis does alone, and
// the clusters of final losses. Writes fingerprint.svg and .csv there.
import { writeFileSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { readResults } from "../../src/records/read-results.ts";
import { clustersOf, clustersText } from "./clusters.ts";
import { curvePoints } from "./curves.ts";
import { readCurves, writeCurves } from "./curves-file.ts";
import { runFinals } from "./finals.ts";
import { readFinals, writeFinals } from "./finals-file.ts";
import { fingerprintFigure } from "./fingerprint.ts";
import { longestCurves, longestRuns } from "./longest.ts";
import { nearestBy, type Ranked, rank } from "./rank.ts";
import { studiesText } from "./studies.ts";
import { nearestText, profileText, settingRow } from "./text.ts";

const NEAREST = 20;

const folders = await Promise.all(process.argv.slice(2).map((folder) => readResults(folder, console.warn)));
if (folders.length > 0) {
  writeCurves(longestCurves([readCurves(), ...folders.map(curvePoints)]));
  writeFinals(longestRuns([...readFinals(), ...folders.flatMap(runFinals)]));
}
const finals = readFinals();
const ranked = rank(readCurves(), finals);
const rows = ranked.map(settingRow);
const columns = [...new Set(rows.flatMap(Object.keys))];
writeFileSync("results/calibration/settings.csv", stringify(rows, { header: true, columns }));
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
writeFileSync("results/calibration/fingerprint.svg", svg);
writeFileSync("results/calibration/fingerprint.csv", stringify([...data], { header: true }));
