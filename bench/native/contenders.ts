import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Run } from "../../src/engines/engine.ts";
import { type Group, groupOf } from "../../src/engines/tfjs/groups.ts";
import type { Tf } from "../../src/engines/tfjs/tf.ts";
import { GraphProgram } from "../../src/engines/tfjs/trainer/graph-program.ts";
import { GroupFeeds } from "../../src/engines/tfjs/trainer/group-feeds.ts";
import { GroupTrainers } from "../../src/engines/tfjs/trainer/group-trainer.ts";
import { trainingProgram } from "../../src/engines/tfjs/trainer/training-program.ts";
import { trainingShape } from "../../src/engines/tfjs/trainer/training-shape.ts";
import type { Trainer } from "../../src/engines/trainer.ts";
import { PLAIN_TRAINING } from "../../src/engines/training-settings.ts";
import { Yielder } from "../../src/engines/yielder.ts";
import { type ModelName, ZOO } from "../../src/models/zoo.ts";
import { operationsOf } from "./operations.ts";
import { shippedStep } from "./plain-tfjs.ts";

const TASKS = 2;

/** The least milliseconds of a step: on the clock, and of all cores together. */
export interface StepTime {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export function leastOf(a: StepTime, b: StepTime): StepTime {
  return { wallMs: Math.min(a.wallMs, b.wallMs), cpuMs: Math.min(a.cpuMs, b.cpuMs) };
}

/** One way to train R runs of MMoE on batches of B rows. */
export interface Contender {
  readonly name: string;
  /** Operations of a step, if there are any. */
  readonly operations?: number;
  /** Trains for `ms` or little longer. */
  readonly turn: (ms: number) => Promise<StepTime>;
  readonly dispose: () => Promise<void> | void;
}

export async function contendersOf(tf: Tf, R: number, B: number): Promise<Contender[]> {
  const runs = runsOf(R, B);
  const yielder = new Yielder(undefined);
  const group = groupOf(runs.map((run) => [run]));
  const ours = async (name: string, isGraph: boolean) => {
    const trainers = new GroupTrainers(tf, new GroupFeeds(1), isGraph);
    return ofTrainer(name, (await trainers.trainer(group, yielder)) as Trainer, R);
  };
  const [atOnce, graph] = [await ours("at once", false), await ours("graph", true)];
  const shipped = ofShipped(tf, R, B);
  return [
    { ...shipped, operations: await operationsOf(tf, () => shipped.turn(0)) },
    { ...atOnce, operations: await operationsOf(tf, () => atOnce.turn(0)) },
    { ...graph, operations: graphOperations(tf, group) },
    ofCpuEngine(runs),
  ];
}

export function graphOperations(tf: Tf, group: Group): number {
  const program = new GraphProgram(tf, trainingProgram(tf, trainingShape(group)));
  try {
    return program.operations("train");
  } finally {
    program.dispose();
  }
}

/** Number of steps that the threads which make rows ahead may count on. */
const ENDLESS = 2 ** 30;

type RunChanges = Partial<Pick<Run["training"], "trainRows" | "lr">> & { readonly model?: ModelName };

/** Runs 0 to R - 1 on batches of B rows. */
export function runsOf(R: number, B: number, changes: RunChanges = {}): Run[] {
  const { model: name = "mmoe", ...changed } = changes;
  const data = GENERATOR_PRESETS.paper.settings;
  const model = ZOO[name].build({ inputs: data.inputs, tasks: TASKS });
  const training: Run["training"] = {
    ...PLAIN_TRAINING,
    trainRows: 100,
    batch: B,
    steps: ENDLESS,
    lr: 0.001,
    evalEvery: 1,
    heldoutRows: 8,
    ...changed,
  };
  return Array.from({ length: R }, (_, index) => {
    const cell = { model, data, correlation: 0.5, correlationMatrix: correlationMatrix(TASKS, 0.5) };
    return { id: `mmoe/${index}`, ...cell, index, seed: 0, training };
  });
}

function ofShipped(tf: Tf, R: number, B: number): Contender {
  const step = shippedStep(tf, R, B);
  const train = async () => {
    tf.tidy(() => step().dataSync());
    return 1;
  };
  return { name: "as tfjs ships it", turn: turnOf(train), dispose: () => tf.disposeVariables() };
}

/** `runs`: of the trainer's group. */
export function ofTrainer(name: string, trainer: Trainer, runs: number): Contender {
  let done = 0;
  const train = async (most: number) => {
    const losses = await trainer.train(done + 1, done + most);
    const steps = losses.length / (runs * TASKS);
    done += steps;
    return steps;
  };
  return { name, turn: turnOf(train), dispose: () => trainer.dispose() };
}

/** Whole trainings, long enough that the time to make the rows is negligible. */
function ofCpuEngine(runs: readonly Run[]): Contender {
  const engine = new CpuEngine();
  const steps = Math.max(400, Math.ceil(4000 / runs.length));
  const longer = runs.map((run) => ({ ...run, training: { ...run.training, steps, evalEvery: steps } }));
  const train = async () => {
    await engine.train(longer, { onResult: () => {} });
    return steps;
  };
  return { name: "cpu engine", turn: turnOf(train), dispose: () => engine.dispose() };
}

/**
 * `train` trains up to that number of steps and returns how many: one, if the turn has no time. Times are those of a
 * complete turn, including what other threads make for its steps.
 */
function turnOf(train: (most: number) => Promise<number>): Contender["turn"] {
  return async (ms) => {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    let steps = await train(ms === 0 ? 1 : 1000);
    while (performance.now() - start < ms) steps += await train(1000);
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: (performance.now() - start) / steps, cpuMs: (user + system) / 1000 / steps };
  };
}
