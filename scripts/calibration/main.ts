// npm run calibration -- [FOLDER ...]: adds the mean curves of results folders to results/calibration/curves.csv, in place
// of those of the same settings; ranks all settings there by their distance from the paper's Figure 4 into
// results/calibration/settings.csv; prints the nearest, and what each axis does alone.
import { writeFileSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { readResults } from "../../src/records/read-results.ts";
import { curvePoints, trainedKey } from "./curves.ts";
import { readCurves, writeCurves } from "./curves-file.ts";
import { rank } from "./rank.ts";
import { nearestText, profileText, settingRow } from "./text.ts";

const NEAREST = 20;

const folders = await Promise.all(process.argv.slice(2).map((folder) => readResults(folder, console.warn)));
const added = folders.flatMap(curvePoints);
const again = new Set(added.map(trainedKey));
const points = [...readCurves().filter((point) => !again.has(trainedKey(point))), ...added];
if (added.length > 0) writeCurves(points);
const ranked = rank(points);
writeFileSync("results/calibration/settings.csv", stringify(ranked.map(settingRow), { header: true }));
console.log(nearestText(ranked.slice(0, NEAREST)));
console.log(profileText(ranked));
