// What mmoe and a worker tell each other: docs/python-protocol.md.
import { outputCount, type TaskKind } from "../../data/task-kinds.ts";
import type { CodeModel, ModelOptions } from "../../models/code.ts";
import type { CodeFiles } from "../../models/code-files.ts";
import { firstOutput } from "../../models/spec.ts";
import { modelKey, type Run } from "../engine.ts";
import type { Schedule } from "../learning-rate.ts";
import type { TaskLoss } from "../task-losses.ts";
import type { Optimizer, OptimizerSettings } from "../training-settings.ts";

export const PROTOCOL = 4;

/** Orders; each is answered before the next is begun. */
export type PythonOrder =
  | { readonly order: "hello"; readonly protocol: number; readonly rows: string; readonly state: string }
  | { readonly order: "load"; readonly model: SentModel }
  | { readonly order: "begin"; readonly bytes: number; readonly runs: readonly SentSettings[] }
  | { readonly order: "train"; readonly at: number; readonly steps: number }
  | { readonly order: "predict"; readonly at: number; readonly rows: number }
  | { readonly order: "inspect" }
  | { readonly order: "save" }
  | { readonly order: "restore"; readonly bytes: number };

interface SentModel {
  readonly file: string;
  readonly files: CodeFiles["files"];
  readonly class: string | null;
  readonly options: ModelOptions;
  readonly device: string;
}

/** Fields of `mmoe.Settings`. */
interface SentSettings {
  /** 64 bits, in decimal digits. */
  readonly seed: string;
  readonly inputs: number;
  readonly tasks: number;
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: Optimizer;
  readonly lr: number;
  readonly schedule: SentSchedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weight_decay: number;
  readonly clip_norm: number | null;
  readonly huber_delta: number | null;
  /** The tasks, [K]. */
  readonly kinds: readonly SentTask[];
  readonly device: string;
}

/** Fields of `mmoe.Schedule`. */
interface SentSchedule {
  readonly name: Schedule["name"];
  readonly warmup: number;
  readonly steps: number;
  readonly decay_steps: number;
  readonly decay_factor: number;
}

/** Fields of `mmoe.Task`. */
interface SentTask {
  readonly kind: TaskKind;
  readonly weight: number;
  /** What its loss is multiplied by. */
  readonly unit: number;
  /** How many outputs the model has for it. */
  readonly outputs: number;
  /** Whether rows may lack its label, which is NaN there. */
  readonly gaps: boolean;
}

/** What a line of a worker's may be. */
export type PythonMessage =
  | { readonly answer: PythonAnswer }
  | { readonly progress: number; readonly processorMs?: number }
  | { readonly error: SentError };

/** For `hello`, `load`, `begin`, `train` and `save`; other answers are empty. */
export type PythonAnswer = Partial<Greeting & Loaded & Begun & Trained & Saved>;

interface Greeting {
  readonly protocol: number;
  /** `Python 3.11.7`. */
  readonly language: string;
}

export interface Loaded {
  /** The first paragraph of the model's docstring. */
  readonly about: string;
  /** Versions by names. */
  readonly libraries: Readonly<Record<string, string>>;
  /** What computes, as records name it: `torch 2.15.0 cpu`. */
  readonly device: string;
}

interface Begun {
  /** How many numbers each of the model's parameters has, by name; empty if it does not say. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Whether its state can be saved. */
  readonly keepsState: boolean;
}

interface Trained {
  /** What the process has computed until then, in milliseconds of one core; absent on a card. */
  readonly processorMs?: number;
}

interface Saved {
  /** The length of what is in the file of states now, a multiple of 4. */
  readonly bytes: number;
}

/** An error: what the author did, or the machine, or what no file of the model's took part in. */
interface SentError {
  readonly kind: "author" | "memory" | "bug";
  readonly message: string;
  readonly file?: string | null;
  readonly line?: number | null;
  /** The text of that line. */
  readonly code?: string;
  /** Its last lines. */
  readonly traceback?: readonly string[];
}

/** O: the outputs of all tasks. */
export function outputWidth(model: CodeModel): number {
  return firstOutput(model, model.tasks);
}

/** What a process is told of a run. */
export function sentSettings(run: Run<CodeModel>, losses: readonly TaskLoss[], device: string): SentSettings {
  const { batch, steps, huberDelta } = run.training;
  const { inputs, tasks } = run.model;
  const [low, high] = modelKey(run, "python");
  const seed = String((BigInt(high) << 32n) | BigInt(low));
  const kinds = losses.map((task) => ({
    kind: task.kind,
    weight: task.weight,
    unit: task.unit,
    outputs: outputCount(task),
    gaps: task.gaps === true,
  }));
  const optimizer = sentOptimizer(run.training);
  return { seed, inputs, tasks, batch, steps, ...optimizer, huber_delta: huberDelta, kinds, device };
}

function sentOptimizer({ optimizer, lr, schedule, weightDecay, clipNorm, ...adam }: OptimizerSettings) {
  const { name, warmup, steps, decaySteps, decayFactor } = schedule;
  const { beta1, beta2, epsilon } = adam;
  return {
    ...{ optimizer, lr, beta1, beta2, epsilon, weight_decay: weightDecay, clip_norm: clipNorm },
    schedule: { name, warmup, steps, decay_steps: decaySteps, decay_factor: decayFactor },
  };
}
