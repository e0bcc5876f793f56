// npm run bench -- report: the time and memory of a report, over the paper's 1,800 runs and over 100,000.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig, setOverride } from "../src/config/load.ts";
import { writeResults } from "./made-up-results.ts";

const ONCE = fileURLToPath(new URL("./report-once.js", import.meta.url));
const SIZES = [
  { runs: 200, mostSeconds: 5, mostBytes: 1e9 },
  { runs: 11_112, mostSeconds: 60, mostBytes: 1e9 },
];
function measure({ runs, mostSeconds, mostBytes }: (typeof SIZES)[number]): string {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-bench-"));
  try {
    const config = loadConfig("paper", [setOverride(`runs=${runs}`)]);
    const journalBytes = writeResults(folder, config);
    const report = join(folder, "report.html");
    const output = execFileSync(process.execPath, [ONCE, folder, "-o", report], { encoding: "utf8" });
    const { code, ms, cpuMs, peakBytes } = JSON.parse(output.trim().split("\n").at(-1) as string);
    if (code !== 0) throw new Error(`the report of ${runs} runs a cell ended with ${code}`);
    const seconds = ms / 1000;
    const kept = seconds < mostSeconds && peakBytes < mostBytes ? "yes" : "NO";
    const size = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    return `| ${[
      (9 * runs).toLocaleString("en-US"),
      size(journalBytes),
      `${seconds.toFixed(1)} s`,
      `${(cpuMs / 1000).toFixed(1)} s`,
      size(peakBytes),
      size(statSync(report).size),
      `${mostSeconds} s, ${size(mostBytes)}`,
      kept,
    ].join(" | ")} |`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}\n`);
console.log(
  "| runs | journal | time | processors | peak memory | page | at most | kept |\n| --- | --- | --- | --- | --- | --- | --- | --- |",
);
const asked = process.argv.slice(2).map(Number);
for (const size of SIZES) if (asked.length === 0 || asked.includes(size.runs)) console.log(measure(size));
