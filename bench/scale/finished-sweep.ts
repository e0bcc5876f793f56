import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Config, trainedHash } from "../../src/config/config.ts";
import { configYaml } from "../../src/config/write.ts";
import type { AnyRun } from "../../src/engines/engine.ts";
import { evaluationSteps } from "../../src/engines/evaluations.ts";
import { JOURNAL_SCHEMA } from "../../src/records/fields.ts";
import { lineOf } from "../../src/records/journal-line.ts";
import { type RunRecord, recordOf } from "../../src/records/record.ts";
import { planRuns } from "../../src/sweep/plan.ts";

/** Number of different curves: making a curve takes longer than writing it. */
const CURVES = 97;
/** Lines that are written at once. */
const CHUNK = 500;

/**
 * Writes the results folders of a finished sweep's shards into `folder`: curves as long as the config's, of numbers without
 * meaning. Gives their paths.
 */
export function writeShards(folder: string, config: Config, shards: number): string[] {
  const header = `${JSON.stringify({ schema: JOURNAL_SCHEMA, version: "bench", trained: trainedHash(config) })}\n`;
  const [yaml, runs] = [configYaml(config), planRuns(config)];
  const curves = Array.from({ length: CURVES }, () => curveOf(runs[0]));
  return Array.from({ length: shards }, (_, shard) => {
    const path = join(folder, `shard-${shard}`);
    mkdirSync(join(path, "journal"), { recursive: true });
    writeFileSync(join(path, "config.yaml"), yaml);
    const journal = join(path, "journal", `bench-${shard}.jsonl`);
    writeFileSync(journal, header);
    for (let from = shard; from < runs.length; from += CHUNK * shards) {
      const own = Array.from({ length: CHUNK }, (_, i) => runs[from + i * shards]).filter((run) => run !== undefined);
      const curve = () => curves[Math.floor(CURVES * Math.random())];
      const lines = own.map((run) => lineOf({ ...recordOf(resultOf(run), "cpu"), curve: curve() }));
      appendFileSync(journal, lines.join(""));
    }
    return path;
  });
}

function resultOf(run: AnyRun) {
  const curve = { steps: [], train: [], heldout: [] };
  const [trainingSetLoss, labelCorrelations, elapsedMs] = [
    [Math.random(), Math.random()],
    [0.07411],
    1000 * Math.random(),
  ];
  return { run, curve, trainingSetLoss, labelCorrelations, elapsedMs, device: "wasm" };
}

/** Losses that fall, of nine digits as the engines' are. */
function curveOf({ training }: AnyRun): RunRecord["curve"] {
  const evaluations = evaluationSteps(training);
  const losses = () =>
    Float64Array.from({ length: 2 * evaluations.length }, (_, i) => Number((Math.random() / (i + 1)).toPrecision(9)));
  return { steps: evaluations, train: losses(), heldout: losses() };
}
