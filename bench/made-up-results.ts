import { appendFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Config, configAt, trainedHash } from "../src/config/config.ts";
import { configYaml } from "../src/config/write.ts";
import { evaluationSteps } from "../src/engines/evaluations.ts";
import { NO_CHOICE } from "../src/identity/cell.ts";
import { JOURNAL_SCHEMA } from "../src/records/fields.ts";
import { lineOf } from "../src/records/journal-line.ts";
import type { RunRecord } from "../src/records/record.ts";
import { planRuns } from "../src/sweep/plan.ts";

/** Lines that are written at once. */
const CHUNK = 500;

/** Losses of two tasks at 100 evaluations that fall, jitter, and differ between runs: [evaluations * K]. */
function madeUpLosses(level: number, evaluations: number, random: () => number): Float64Array {
  return Float64Array.from({ length: 2 * evaluations }, (_, i) => {
    const loss = level * (1 + 4 / (1 + i / 6)) * (0.98 + 0.04 * random());
    return Math.round(loss * 1e9) / 1e9;
  });
}

function* madeUpRecords(config: Config): Generator<RunRecord> {
  const levels: Readonly<Record<string, number>> = { "shared-bottom": 0.25, omoe: 0.07, mmoe: 0.05 };
  const { lr, steps: trained, batch } = configAt(config, NO_CHOICE);
  const steps = evaluationSteps({ ...config, steps: trained });
  const random = lehmer(1);
  for (const { id, model, correlation, index: run, seed } of planRuns(config)) {
    const level = levels[model.name] * (0.7 + 0.6 * random()) * (1.2 - (correlation ?? 0) / 5);
    const [train, heldout] = [level, 1.5 * level].map((one) => madeUpLosses(one, steps.length, random));
    yield {
      id,
      model: model.name,
      correlation,
      run,
      seed,
      lr,
      steps: trained,
      batch,
      point: NO_CHOICE,
      status: "done",
      reason: "",
      labelCorrelations: [0.074],
      parameters: 14_818,
      elapsedMs: 2900 + 100 * random(),
      trainingSetLoss: [level, 1.01 * level],
      engine: "cpu",
      device: "wasm",
      curve: { steps, train: train, heldout: heldout },
    };
  }
}

/** Numbers in [0, 1), the same each time (Lehmer's generator). */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (48_271 * state) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Writes a results folder as a sweep leaves it; returns the bytes of its journal. */
export function writeResults(folder: string, config: Config): number {
  mkdirSync(join(folder, "journal"), { recursive: true });
  writeFileSync(join(folder, "config.yaml"), configYaml(config));
  const journal = join(folder, "journal", "made-up.jsonl");
  writeFileSync(journal, `${JSON.stringify({ schema: JOURNAL_SCHEMA, version: "0", trained: trainedHash(config) })}\n`);
  let lines: string[] = [];
  const write = () => {
    appendFileSync(journal, lines.join(""));
    lines = [];
  };
  for (const record of madeUpRecords(config)) if (lines.push(lineOf(record)) === CHUNK) write();
  write();
  return statSync(journal).size;
}
