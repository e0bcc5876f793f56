import { correlationMatrix } from "../data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import type { Engine, Run } from "../engines/engine.ts";
import { PLAIN_TRAINING, type TrainingSettings } from "../engines/training-settings.ts";
import { ZOO } from "../models/zoo.ts";
import { leastSquares } from "../stats/least-squares.ts";
import { WORK_KINDS, type Work, workOf } from "./work.ts";

/** What one unit of each kind of work takes a core of this machine, in ns, while all workers train. */
export type Speed = Work;

/**
 * The speed of a Zen 5 on AVX-512: where the fit begins, and how long the first trial is. A run's own time, apart from its steps, is
 * never measured.
 */
const USUAL: Speed = {
  ...{ runs: 3.5e6, steps: 150, values: 0.045, flop: 0.0025, units: 0.5, mixed: 0.19 },
  ...{ evaluated: 0.008, drawn: 1, labelled: 0.15, gathered: 0.3 },
};

/** Steps between evaluations, in the trials that are about them. */
const TEN = 10;
/** Target CPU time per core of a trial. */
const TRIAL_NS = 40e6;

interface Trial {
  readonly model: keyof typeof ZOO;
  readonly batch: number;
  readonly trainRows?: number;
  /** Rows of an evaluation after every ten steps; by default one row after the last step. */
  readonly heldoutRows?: number;
  /** 1 by default. */
  readonly cells?: number;
}

/** Each kind of work is a large part of some trial. */
const TRIALS: readonly Trial[] = [
  { model: "shared-bottom-16", batch: 1 },
  { model: "mmoe", batch: 1 },
  { model: "mmoe-mlp", batch: 1 },
  { model: "omoe", batch: 8 },
  { model: "ple", batch: 16 },
  { model: "shared-bottom", batch: 64 },
  { model: "mmoe", batch: 64 },
  { model: "mmoe-mlp", batch: 64 },
  { model: "mmoe", batch: 256 },
  { model: "shared-bottom-16", batch: 128 },
  { model: "shared-bottom-16", batch: 64, cells: 6 },
  { model: "shared-bottom-16", batch: 64, trainRows: 2048 },
  { model: "mmoe", batch: 16, heldoutRows: 2048 },
];

const TASKS = 2;

/**
 * Trains for a second or so, on `workers` cores at once, and finds the speed that explains the time of the trials best. It
 * takes the processor's time, so that other programs do not count.
 */
export async function measureSpeed(engine: Pick<Engine, "train">, workers: number): Promise<Speed> {
  for (const trial of TRIALS) await cpuNs(trial, 1, engine, workers); // code is compiled at its first use
  const measured: { work: Work; ns: number }[] = [];
  let pace = 1; // how many times as long as usual: WebAssembly's trials are as long as others
  for (const trial of TRIALS) {
    const usual = timeNs(difference(trial, 1 + TEN), USUAL) / TEN;
    const steps = Math.ceil(TRIAL_NS / (usual * pace));
    const [short, long] = [await cpuNs(trial, 1, engine, workers), await cpuNs(trial, 1 + steps, engine, workers)];
    const ns = Math.max(1, long - short) / workers;
    measured.push({ work: difference(trial, 1 + steps), ns });
    pace = ns / (steps * usual);
  }
  return fitSpeed(measured);
}

/** The work of the steps after the first. */
function difference(trial: Trial, steps: number): Work {
  const [less, more] = [workOf(runsOf(trial, 1, 1)), workOf(runsOf(trial, steps, 1))];
  return Object.fromEntries(WORK_KINDS.map((kind) => [kind, more[kind] - less[kind]])) as Work;
}

/** How long some work takes, in ns. */
export function timeNs(work: Work, speed: Speed): number {
  return WORK_KINDS.reduce((sum, kind) => sum + work[kind] * speed[kind], 0);
}

/** How long a run takes beside others, in ns on some machine. */
export function usualNs(run: Run): number {
  return timeNs(workOf([run]), USUAL);
}

/** The speed, none of it negative, with the least sum of squared relative errors of the times. */
export function fitSpeed(measured: readonly { readonly work: Work; readonly ns: number }[]): Speed {
  const { x } = leastSquares(
    (x, r, J) => {
      for (const [n, { work, ns }] of measured.entries()) {
        r[n] = -1;
        for (const [p, kind] of WORK_KINDS.entries()) {
          const share = (work[kind] * USUAL[kind]) / ns;
          r[n] = (r[n] as number) + share * (x[p] as number) ** 2;
          J[n * WORK_KINDS.length + p] = 2 * share * (x[p] as number);
        }
      }
    },
    measured.length,
    new Float64Array(WORK_KINDS.length).fill(1),
  );
  return Object.fromEntries(WORK_KINDS.map((kind, p) => [kind, USUAL[kind] * (x[p] as number) ** 2])) as Speed;
}

/** The processor's time of training a trial on each of `workers` cores, in ns. */
async function cpuNs(trial: Trial, steps: number, engine: Pick<Engine, "train">, workers: number): Promise<number> {
  const before = process.cpuUsage();
  await engine.train(runsOf(trial, steps, workers), { onResult: () => {} });
  const { user, system } = process.cpuUsage(before);
  return 1000 * (user + system);
}

function runsOf(trial: Trial, steps: number, workers: number): Run[] {
  const { model: name, batch, trainRows = "fresh", heldoutRows = 1, cells = 1 } = trial;
  const data = GENERATOR_PRESETS.paper.settings;
  const model = ZOO[name].build({ inputs: data.inputs, tasks: TASKS });
  const evalEvery = heldoutRows === 1 ? steps : TEN;
  const training: TrainingSettings = { ...PLAIN_TRAINING, lr: 0.001, batch, steps, evalEvery, trainRows, heldoutRows };
  const matrices = Array.from({ length: cells }, (_, c) => correlationMatrix(TASKS, c / cells));
  return Array.from({ length: workers }, (_, index) =>
    matrices.map((matrix, c) => {
      const id = `${name}/${c}/${index}`;
      return { id, model, data, correlation: c / cells, correlationMatrix: matrix, index, seed: 0, training };
    }),
  ).flat();
}
