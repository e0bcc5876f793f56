// What a sweep costs apart from its training, as it grows: to plan it, to merge the journals of a thousand machines, to resume
// it, its status, its summary. It measures processes of the built program: npm run bench -- scale [-- --repeats 3] [-- --runs 1000000]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadConfig, override } from "../src/config/load.ts";
import { writeShards } from "./scale/finished-sweep.ts";

const BIN = fileURLToPath(new URL("../bin/mmoe.js", import.meta.url));
const METER = new URL("./scale/meter.js", import.meta.url).href;

/** Ten cells of the paper preset, whose curves have 100 points. */
const MODELS = ["omoe", "mmoe"];
const CORRELATIONS = ["0.1", "0.3", "0.5", "0.7", "0.9"];
const CELLS = MODELS.length * CORRELATIONS.length;
const SHARDS = 1000;

interface Cost {
  /** Time from the process's start. */
  readonly ms: number;
  /** Processor time, user and system. */
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** One process of mmoe; a sweep is stopped before it trains. */
function costOf(argv: readonly string[]): Cost {
  const stdio = ["ignore", "ignore", "inherit", "pipe"] as const;
  const { output, error, status } = spawnSync(process.execPath, ["--import", METER, BIN, ...argv], {
    stdio: [...stdio],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`mmoe ${argv[0]} ended with ${status}`);
  return JSON.parse(String(output[3])) as Cost;
}

/** The least cost of several processes in turn: other work on the machine can only add. */
function least(costs: readonly Cost[]): Cost {
  const of = (key: keyof Cost) => Math.min(...costs.map((cost) => cost[key]));
  return { ms: of("ms"), cpuMs: of("cpuMs"), peakBytes: of("peakBytes") };
}

/** What is measured of a sweep of `size` runs; `finished` is a folder that holds all of them. */
function commands(size: number, finished: string): Record<string, string[]> {
  const extent = ["--models", MODELS.join(), "--corr", CORRELATIONS.join(), "--runs", `${size / CELLS}`];
  const sweep = ["sweep", "paper", ...extent];
  return {
    "plan, from nothing to the first step": [...sweep, "--out", join(finished, "..", "new")],
    "resume, all of it finished": [...sweep, "--out", finished],
    "mmoe status": ["status", finished],
    "mmoe summary": ["summary", finished],
    "mmoe merge: runs.csv, curves.csv": ["merge", finished],
  };
}

function measured(size: number, repeats: number): Map<string, Cost> {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-bench-"));
  try {
    const extent = { models: MODELS, correlations: CORRELATIONS, runs: String(size / CELLS) };
    const layers = Object.entries(extent).map(([key, value]) => override(key, key, value));
    const shards = writeShards(folder, loadConfig("paper", layers), SHARDS);
    const finished = join(folder, "finished");
    const merge = () => {
      rmSync(finished, { recursive: true, force: true });
      return costOf(["merge", ...shards, "-o", finished]);
    };
    const merging = least(Array.from({ length: repeats }, merge));
    for (const shard of shards) rmSync(shard, { recursive: true });
    const others = Object.entries(commands(size, finished)).map(([name, argv]) => {
      return [name, least(Array.from({ length: repeats }, () => costOf(argv)))] as const;
    });
    return new Map([[`mmoe merge of ${SHARDS} shards`, merging], ...others]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { values } = parseArgs({
  options: { repeats: { type: "string", default: "3" }, runs: { type: "string", default: "1000,10000,100000" } },
});
const sizes = values.runs.split(",").map(Number);
const bySize = sizes.map((size) => ({ size, costs: measured(size, Number(values.repeats)) }));

console.log(`${cpus()[0]?.model}, Node ${process.versions.node}; the least of ${values.repeats} processes\n`);
console.log("| what | runs | seconds | to the size before | processor | to the size before | peak MB |");
console.log("|---|---|---|---|---|---|---|");
for (const name of bySize[0]?.costs.keys() ?? []) {
  for (const [i, { size, costs }] of bySize.entries()) {
    const [cost, before] = [costs.get(name) as Cost, bySize[i - 1]?.costs.get(name)];
    const times = (["ms", "cpuMs"] as const).flatMap((key) => {
      return [(cost[key] / 1000).toFixed(2), before ? `${(cost[key] / before[key]).toFixed(1)}x` : ""];
    });
    const cells = [name, size.toLocaleString("en-US"), ...times, (cost.peakBytes / 1e6).toFixed(0)];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
