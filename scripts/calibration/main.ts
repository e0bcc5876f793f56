// npm run calibration -- [FOLDER ...]: adds the mean curves of results folders to results/calibration/curves.csv, in place
// of those of the same settings; ranks all settings there by their distance from the paper's Figures 3 and 4 into
// results/calibration/settings.csv; prints the nearest, and what each axis does alone. Writes fingerprint.svg and .csv there.
import { writeFileSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { readResults } from "../../src/records/read-results.ts";
import { curvePoints, trainedKey } from "./curves.ts";
import { readCurves, writeCurves } from "./curves-file.ts";
import { fingerprintFigure } from "./fingerprint.ts";
import { rank } from "./rank.ts";
import { nearestText, profileText, settingRow } from "./text.ts";

const NEAREST = 20;

const folders = await Promise.all(process.argv.slice(2).map((folder) => readResults(folder, console.warn)));
const added = folders.flatMap(curvePoints);
const again = new Set(added.map(trainedKey));
if (added.length > 0) writeCurves([...readCurves().filter((point) => !again.has(trainedKey(point))), ...added]);
const ranked = rank(readCurves());
const rows = ranked.map(settingRow);
const columns = [...new Set(rows.flatMap(Object.keys))];
writeFileSync("results/calibration/settings.csv", stringify(rows, { header: true, columns }));
for (const figure of [4, 3] as const) {
  const own = ranked.filter((one) => one.figure === figure);
  console.log(`Figure ${figure}\n${nearestText(own.slice(0, NEAREST))}\n${profileText(own)}`);
}

const { svg, data } = fingerprintFigure();
writeFileSync("results/calibration/fingerprint.svg", svg);
writeFileSync("results/calibration/fingerprint.csv", stringify([...data], { header: true }));
