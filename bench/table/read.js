// node bench/table/read.js FILE FOLDER: what it costs to read a table, which is then kept in a folder: the second time it is taken from there.
import { join } from "node:path";
import { readTable } from "../../dist/tables/read-table.js";
import { keepTables, keepTablesBeside } from "../../dist/tables/table-cache.js";

const [file, folder] = process.argv.slice(2);
keepTablesBeside(join(folder, "sweep"));
const { values } = readTable(file);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cost = { ms: performance.now(), cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: 1024 * maxRSS };
console.log(JSON.stringify({ ...cost, cellBytes: values.cells.words.byteLength }));
await keepTables(new Set([values.id]), { note: console.error, least: 0 });
