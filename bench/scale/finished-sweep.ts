import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Config, trainedHash } from "../../src/config/config.ts";
import { configYaml } from "../../src/config/write.ts";
import type { AnyRun } from "../../src/engines/engine.ts";
import { evaluationSteps } from "../../src/engines/evaluations.ts";
import { JOURNAL_SCHEMA } from "../../src/records/fields.ts";
import { lineOf } from "../../src/records/journal-line.ts";
import { type RunRecord, recordOf } from "../../src/records/record.ts";
import { planRuns } from "../../src/sweep/plan.ts";

/** Number of journals, one for each process. */
const JOURNALS = 4;
/** Number of different curves: making a curve takes longer than writing it. */
const CURVES = 97;

/** Writes the results folder of a sweep that is finished: curves as long as the config's, of numbers without meaning. */
export function writeFinishedSweep(folder: string, config: Config): void {
  mkdirSync(join(folder, "journal"), { recursive: true });
  writeFileSync(join(folder, "config.yaml"), configYaml(config));
  const header = { schema: JOURNAL_SCHEMA, version: "bench", trained: trainedHash(config) };
  const files = Array.from({ length: JOURNALS }, (_, j) => openSync(join(folder, "journal", `bench-${j}.jsonl`), "wx"));
  for (const file of files) writeSync(file, `${JSON.stringify(header)}\n`);
  const curves: RunRecord["curve"][] = [];
  for (const [i, run] of planRuns(config).entries()) {
    const record = recordOf(resultOf(run), "cpu");
    if (curves.length < CURVES) curves.push(curveOf(run));
    writeSync(
      files[i % JOURNALS] as number,
      lineOf({ ...record, curve: curves[i % curves.length] as RunRecord["curve"] }),
    );
  }
  for (const file of files) closeSync(file);
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
