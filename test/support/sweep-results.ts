import { loadConfig, setOverride } from "../../src/config/load.ts";
import type { AnyRun, RunResult } from "../../src/engines/engine.ts";
import type { Results } from "../../src/records/read-results.ts";
import { recordOf } from "../../src/records/record.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { doneResult, failedResult } from "./fake-engine.ts";

interface Changes {
  /** `key=value`, as for --set. */
  readonly set?: readonly string[];
  /** Ids of runs that fail. */
  readonly failing?: (id: string) => boolean;
  /** Ids of runs that have not ended. */
  readonly missing?: (id: string) => boolean;
}

const SIZES: Readonly<Record<string, number>> = { "shared-bottom": 0.9, omoe: 0.5, mmoe: 0.3 };

/** What a small sweep of the paper's would have recorded: losses are made up, with no chance in them. */
export function sweepResults({ set = [], failing = () => false, missing = () => false }: Changes = {}): Results {
  const config = loadConfig("fixed-rows", ["runs=7", "steps=2000", ...set].map(setOverride));
  const ended = planRuns(config).filter(({ id }) => !missing(id));
  const records = ended.map((run) => recordOf(failing(run.id) ? failedResult(run) : madeUp(run), "fake"));
  return { path: "results/made-up", config, at: {}, records, provenances: [] };
}

/**
 * Falls with steps, and the more so the better the model, the higher the correlation, the nearer the preset's learning rate and
 * batch, and the larger the task's weight; runs differ a little.
 */
function madeUp(run: AnyRun): RunResult {
  const { curve, ...rest } = doneResult(run);
  const size = (SIZES[run.model.name] ?? 1) * (1.3 - (run.correlation ?? 0) / 3) * offPreset(run);
  const spread = 1 + 0.2 * Math.sin(run.index * 2.4 + size);
  const weight = (k: number) => run.training.taskKinds?.[k]?.weight ?? 1;
  const loss = (step: number, k: number, task = k) =>
    size * spread * (0.2 + 1 / (1 + step / 300)) * (1 + k / 40) * weight(task) ** -0.2;
  const tasks = Array.from({ length: run.model.tasks }, (_, k) => k);
  return {
    ...rest,
    curve: {
      steps: curve.steps,
      train: curve.steps.map((step) => tasks.map((k) => loss(step, k))),
      heldout: curve.steps.map((step) => tasks.map((k) => loss(step, 5 + k, k) + step / 9000)),
    },
    trainingSetLoss: tasks.map((k) => loss(run.training.steps, k)),
  };
}

/** 1 at the paper preset's learning rate and batch. */
function offPreset({ training: { lr, batch } }: AnyRun): number {
  return 1 + 0.1 * Math.log10(lr / 0.01) ** 2 + 0.1 * Math.log10(256 / batch);
}
