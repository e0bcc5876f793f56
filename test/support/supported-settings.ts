// Whether a training path trains otherwise with another value of each setting that it declares as supported.
import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { checkPath } from "../../src/config/refused.ts";
import { DECLARED, type PointSettings, SETTING_KEYS, type SettingKey } from "../../src/config/schema.ts";
import { PLANNED, SUPPORTED } from "../../src/config/settings.ts";
import type { Engine, RunResult } from "../../src/engines/engine.ts";
import type { TrainingPath } from "../../src/engines/training-path.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { withTables } from "../../src/sweep/share.ts";
import { tableFile } from "./tables.ts";

const DATA = "data={inputs: 4, scale: 0.5, alpha: [1.5, 3], beta: [0.2, 1], noiseStd: 0.1}";
const FIRST = [
  DATA,
  ..."correlations=0.5 runs=1 trainRows=20 batch=3 steps=6 lr=0.05 evalEvery=2 heldoutRows=9".split(" "),
  ..."initializer=truncated-normal loss=huber huberDelta=0.5 labels=raw".split(" "),
];

interface Other {
  /** Another value than in FIRST. */
  readonly value: string;
  /** What both need, so that it matters. */
  readonly with?: readonly string[];
  /** Settings of FIRST that it takes the place of. */
  readonly without?: readonly string[];
  /** Settings of FIRST that what both need takes the place of. */
  readonly neither?: readonly string[];
  /** Whether a path that refuses the value might refuse what both need first. */
  readonly isRefusedAlone?: true;
}

/** Of each setting that paths see, another value. */
const OTHER: Readonly<Record<SettingKey, Other | typeof PLANNED>> = {
  name: PLANNED,
  about: PLANNED,
  data: { value: DATA.replace("noiseStd: 0.1", "noiseStd: 0.3") },
  seed: { value: "seed=7" },
  correlations: { value: "correlations=0.9" },
  tasks: { value: "tasks=3" },
  correlationMatrix: { with: ["tasks=3"], value: "correlationMatrix=[[1, 0.2, 0.5], [0.2, 1, 0.1], [0.5, 0.1, 1]]" },
  groupSize: { with: ["tasks=3"], value: "groupSize=2" },
  betweenGroups: { with: ["tasks=3", "groupSize=2"], value: "betweenGroups=0.4" },
  inputs: { value: "inputs=5" },
  sines: { value: "sines=1" },
  noiseStd: { value: "noiseStd=0.1:0.5" },
  labelScale: { value: "labelScale=3" },
  labelled: { value: "labelled=0.8" },
  positives: { with: ["labelKind=binary", "positives=0.5"], value: "positives=0.3" },
  taskWeights: { value: "taskWeights=1:3" },
  taskWeightDecay: { value: "taskWeightDecay=none:0.5" },
  models: PLANNED,
  runs: PLANNED,
  trainRows: { value: "trainRows=fresh" },
  sampling: { value: "sampling=replacement" },
  batch: { value: "batch=5" },
  steps: { value: "steps=8" },
  optimizer: { value: "optimizer=sgd" },
  lr: { value: "lr=0.07" },
  schedule: { value: "schedule=cosine" },
  warmup: { value: "warmup=3" },
  decaySteps: { with: ["schedule=steps", "decaySteps=4"], value: "decaySteps=2" },
  decayFactor: { with: ["schedule=steps", "decaySteps=2"], value: "decayFactor=0.5" },
  beta1: { value: "beta1=0.5" },
  beta2: { value: "beta2=0.9" },
  epsilon: { value: "epsilon=0.01" },
  momentum: { with: ["optimizer=sgd", "momentum=0"], value: "momentum=0.9" },
  nesterov: { with: ["optimizer=sgd", "momentum=0.9"], value: "nesterov=true" },
  weightDecay: { value: "weightDecay=0.1" },
  clipNorm: { value: "clipNorm=0.01" },
  initializer: { value: "initializer=glorot-uniform" },
  initializerStd: { value: "initializerStd=0.4" },
  outputBias: { with: ["labelKind=binary"], value: "outputBias=base-rate" },
  loss: { value: "loss=squared" },
  huberDelta: { value: "huberDelta=0.01" },
  labels: { value: "labels=standardised" },
  labelKind: { value: "labelKind=binary" },
  dropout: { value: "dropout=0.5" },
  method: { value: "method=uncertainty" },
  embeddingStd: {
    with: [`rows={file: ${tableFile(60, { shops: true })}, oneHot: 1}`],
    neither: ["data", "correlations"],
    value: "embeddingStd=0.5",
  },
  "method.alpha": { with: ["method=gradnorm"], value: "method.alpha=0.5" },
  "method.c": { with: ["method=cagrad"], value: "method.c=0.9" },
  "method.rate": { with: ["method=famo"], value: "method.rate=0.2" },
  "method.decay": { with: ["method=famo"], value: "method.decay=0.5" },
  "method.sigma": { with: ["method=db-mtl"], value: "method.sigma=0.5" },
  "method.temperature": { with: ["method=dwa", "method.window=1"], value: "method.temperature=0.1" },
  "method.mu": { with: ["method=stch", "method.window=1"], value: "method.mu=0.1" },
  "method.window": { with: ["method=dwa", "method.window=1"], value: "method.window=2" },
  "method.momentum": { with: ["method=nash-mtl"], value: "method.momentum=0.9" },
  embeddingSteps: {
    with: [`rows={file: ${tableFile(60, { shops: true })}, oneHot: 1}`, "embeddingSteps=dense"],
    neither: ["data", "correlations"],
    value: "embeddingSteps=lazy",
    isRefusedAlone: true,
  },
  embeddingDecay: {
    with: [`rows={file: ${tableFile(60, { shops: true })}, oneHot: 1}`, "embeddingSteps=lazy"],
    neither: ["data", "correlations"],
    value: "embeddingDecay=0.5",
  },
  arithmetic: { value: "arithmetic=fused" },
  patience: PLANNED,
  chooseBy: PLANNED,
  validation: PLANNED,
  refit: PLANNED,
  evalEvery: { value: "evalEvery=3" },
  heldoutRows: { value: "heldoutRows=11" },
  evalRows: { with: [`rows=${tableFile()}`], neither: ["data", "correlations"], value: "evalRows=5" },
  report: PLANNED,
  diagnostics: { value: "diagnostics=[gradients]" },
  tuned: PLANNED,
  points: PLANNED,
  metrics: PLANNED,
  ownModels: PLANNED,
  taskKinds: {
    with: [`rows=${tableFile(60, { signs: true })}`, "taskKinds=[]"],
    neither: ["data", "correlations"],
    value:
      "taskKinds=[{column: y_1, kind: binary, weight: 1, classes: [0, 1]}, " +
      "{column: y_2, kind: regression, weight: 1, classes: []}]",
  },
  rows: { value: `rows=${tableFile()}`, without: ["data", "correlations"] },
};

/**
 * Tests that a path trains otherwise with another value of each setting that it supports, which a grid can list with the first,
 * and refuses the others: the model of a file, if one is given.
 */
export function testSupported(path: TrainingPath, engine: Engine, file?: string): void {
  const model = `models=[${file ? `{name: mine, file: ${file}}` : "shared-bottom"}]`;
  const config = (set: readonly string[], without: readonly string[] = []) => {
    const first = FIRST.filter((one) => !without.some((key) => one.startsWith(`${key}=`)));
    return loadConfig("smoke", [model, ...first, ...set].map(setOverride));
  };
  const trained = async (...of: Parameters<typeof config>) => {
    const results: RunResult[] = [];
    const runs = withTables(planRuns(config(...of)));
    for (const run of runs) expect(engine.path(run)).toBe(path);
    await engine.train(runs, { onResult: (result) => results.push(result) });
    return results.map(numbersOf).sort();
  };

  const firsts = new Map<string, ReturnType<typeof trained>>();
  /** What both need, trained once however many settings need it. */
  const first = (...of: Parameters<typeof config>) => {
    const key = JSON.stringify(of);
    const known = firsts.get(key) ?? trained(...of);
    firsts.set(key, known);
    return known;
  };

  describe(`on the path ${path}`, () => {
    test.each(SETTING_KEYS.filter((key) => DECLARED[key].paths !== PLANNED))("%s is as it is declared", async (key) => {
      const paths = DECLARED[key].paths as Record<TrainingPath, unknown>;
      const other = OTHER[key] as Other;
      const { value, with: needed = [], neither = [], without = neither } = other;
      if (paths[path] === SUPPORTED) {
        const before = await first(needed, neither);
        expect(before.every((numbers) => !numbers.includes("null"))).toBe(true);
        expect(await trained([...needed, value], without)).not.toEqual(before);
        const values = [config(needed, neither), config([...needed, value], without)].map((each) => each[key]);
        const listed = `${key}=${JSON.stringify(values)}`;
        if (DECLARED[key].grid) expect(config([...needed, listed], without)[key]).toEqual(values);
      } else if (typeof paths[path] === "object") {
        const given = () => (other.isRefusedAlone ? config([value]) : config([...needed, value], neither));
        const refused = () => checkPath(path, "mine", given() as PointSettings);
        expect(refused).toThrow(`${value.replace("=", " ")} is not `);
      }
    });
  });
}

/** All that is measured of a run. */
function numbersOf({ curve, trainingSetLoss, labelCorrelations, diagnostics }: RunResult): string {
  return JSON.stringify([curve, trainingSetLoss ?? "fresh", labelCorrelations, diagnostics ?? "none"]);
}
