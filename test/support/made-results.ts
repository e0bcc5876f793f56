import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configYaml } from "../../src/config/write.ts";
import type { AnyRun, GeneratedRun, RunResult } from "../../src/engines/engine.ts";
import type { Model } from "../../src/models/code.ts";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import { JOURNAL_SCHEMA } from "../../src/records/fields.ts";
import { CONFIG, JOURNALS } from "../../src/records/find-results.ts";
import { lineOf } from "../../src/records/journal-line.ts";
import type { Results } from "../../src/records/read-results.ts";
import { recordOf } from "../../src/records/record.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { doneResult, failedResult } from "./fake-engine.ts";

/** Final training loss of a run that is made up; or how else it ended. */
export type LossOf = (run: GeneratedRun<Model>) => number | "failed" | "missing";

/** What a sweep would have recorded whose runs ended as told; its held-out losses are a tenth higher. */
export function madeResults(lossOf: LossOf, set: readonly string[] = [], preset = "fixed-rows"): Results {
  const config = loadConfig(preset, ["steps=100", ...set].map(setOverride));
  const records = planRuns(config).flatMap((run) => {
    const loss = lossOf(run as GeneratedRun<Model>);
    return loss === "missing" ? [] : [recordOf(loss === "failed" ? failedResult(run) : endingAt(run, loss), "fake")];
  });
  return { path: "results/made", config, at: {}, records, provenances: [] };
}

/** Writes such a sweep's results folder. */
export function writeResults(folder: string, lossOf: LossOf, set: readonly string[] = []): void {
  const { config, records } = madeResults(lossOf, set);
  const header = { schema: JOURNAL_SCHEMA, version: "made", trained: trainedHash(config) };
  mkdirSync(join(folder, JOURNALS), { recursive: true });
  writeFileSync(join(folder, CONFIG), configYaml(config));
  writeFileSync(join(folder, JOURNALS, "made.jsonl"), `${JSON.stringify(header)}\n${records.map(lineOf).join("")}`);
}

/** The tasks of `run` end at about `loss`: their mean does. */
function endingAt(run: AnyRun, loss: number): RunResult {
  const done = doneResult(run);
  const K = run.model.tasks;
  const tasks = Array.from({ length: K }, (_, k) => (k === K - 1 ? 1.1 : 0.9 + (0.2 * k) / (K - 1)) * loss);
  const heldout = done.curve.heldout.map(() => tasks.map((task) => 1.1 * task));
  return { ...done, curve: { ...done.curve, heldout }, trainingSetLoss: tasks };
}

/** A standard normal number of a run's own, correlated by half with its model's at other correlations. */
export function chance({ id, model, index }: AnyRun): number {
  const normal = (name: string) => normals(keyOf(`test/${name}`), 1)[0];
  return Math.SQRT1_2 * (normal(id) + normal(`${model.name}/${index}`));
}

/** The paper's mean losses at the end of Figure 4. */
export const PAPER_MEANS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  "shared-bottom": { 0.5: 0.2551, 0.9: 0.2211, 1: 0.2009 },
  omoe: { 0.5: 0.1458, 0.9: 0.1182, 1: 0.0784 },
  mmoe: { 0.5: 0.0827, 0.9: 0.0812, 1: 0.0703 },
};

/** A study with the paper's means: Shared-Bottom varies by 0.12, the mixtures by a third of their loss. */
export const likeThePaper: LossOf = (run) => {
  const mean = PAPER_MEANS[run.model.name]?.[run.correlation];
  if (run.model.name === "shared-bottom") return Math.max(0.05, mean + 0.12 * chance(run));
  return mean * Math.exp(0.33 * chance(run) - 0.33 ** 2 / 2);
};
