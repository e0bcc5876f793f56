// What mmoe and a worker tell each other: README.md beside this file.
import { z } from "zod";
import type { CodeFiles } from "../../code/javascript-files.ts";
import { outputCount, type TaskKind } from "../../data/task-kinds.ts";
import type { CodeModel, ModelOptions } from "../../models/code.ts";
import { firstOutput } from "../../models/spec.ts";
import { modelKey, type Run } from "../engine.ts";
import type { Schedule } from "../learning-rate.ts";
import { constantsOf } from "../methods.ts";
import type { TaskLoss } from "../task-losses.ts";
import type { EmbeddingSteps, OptimizerSettings } from "../training-settings.ts";
import type { ModelSettings } from "./node-model.ts";

export const PROTOCOL = 8;

/** Orders; each is answered before the next is begun. They are sent with an `id`, which their messages repeat. */
export type Order =
  | { readonly order: "hello"; readonly protocol: number; readonly rows: string; readonly state: string }
  | { readonly order: "load"; readonly model: SentModel }
  | { readonly order: "begin"; readonly bytes: number; readonly runs: readonly SentSettings[] }
  | { readonly order: "train"; readonly at: number; readonly steps: number }
  | { readonly order: "predict"; readonly at: number; readonly rows: number }
  | { readonly order: "inspect" }
  | ({ readonly order: "measure" } & SentQuestion)
  | { readonly order: "weights"; readonly run: number }
  | { readonly order: "save" }
  | { readonly order: "restore"; readonly bytes: number };

/** A metric is asked for each task: labels [rows, K], outputs [rows, O] and, if there are some, groups [rows] as uint32 begin the file. */
interface SentQuestion {
  readonly function: string;
  readonly bytes: number;
  readonly rows: number;
  readonly groups: boolean;
  /** Moments turn z-scores into the label's unit; a metric that is not of a task has no value for it. */
  readonly tasks: readonly {
    readonly kind: TaskKind;
    readonly outputs: number;
    readonly mean: number;
    readonly std: number;
    readonly asked: boolean;
  }[];
}

interface SentModel {
  readonly file: string;
  readonly files: CodeFiles["files"];
  readonly class: string | null;
  readonly options: ModelOptions;
  readonly device: string;
}

/** Fields of `mmoe.Settings`: those of a model in JavaScript, by Python's names. */
export interface SentSettings
  extends Omit<ModelSettings, Renamed | "seed" | "schedule" | "lrAt" | "outputs" | "categories"> {
  /** 64 bits, in decimal digits. */
  readonly seed: string;
  readonly schedule: SentSchedule;
  readonly weight_decay: number;
  readonly clip_norm: number | null;
  readonly huber_delta: number | null;
  /** How many values each of the last inputs has, which are numbers of a category's values. */
  readonly categories: readonly number[];
  readonly weighted: boolean;
  readonly embedding_steps: EmbeddingSteps;
  readonly device: string;
}

type Renamed = "weightDecay" | "clipNorm" | "huberDelta" | "embeddingSteps";

/** Fields of `mmoe.Schedule`. */
interface SentSchedule extends Pick<Schedule, "name" | "warmup" | "steps"> {
  readonly decay_steps: number;
  readonly decay_factor: number;
}

/** Most characters of what a worker says of its model. */
const MOST = { about: 10_000, name: 200, message: 100_000 } as const;

const name = z.string().max(MOST.name);
const count = z.number().int().nonnegative();

const NOTHING = z.object({});
/** Of the model that was loaded. */
export const LOADED = z.object({
  /** One sentence about the model. */
  about: z.string().max(MOST.about),
  /** Versions by names. */
  libraries: z.record(name, name),
  /** What computes, as records name it: `torch 2.15.0 cpu`. */
  device: name,
});

const TENSOR = z.object({
  dtype: z.string().regex(/^(F16|F32|F64|I8|I16|I32|I64|U8|BOOL)$/),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});

/** What the orders are answered with. */
const ANSWERS = {
  hello: z.object({ protocol: z.literal(PROTOCOL), language: name }),
  load: LOADED,
  begin: z.object({
    /** How many numbers each of the model's parameters has, by name; empty if it does not say. */
    parameters: z.record(z.string(), count),
    /** Whether its state can be saved. */
    keepsState: z.boolean(),
    /** Whether it gives its weights. */
    givesWeights: z.boolean(),
  }),
  /** What the process has computed until then, in milliseconds of one core; absent on a card. */
  train: z.object({ processorMs: z.number().nonnegative().optional() }),
  predict: NOTHING,
  inspect: NOTHING,
  /** Of each task, null for none. */
  measure: z.object({ values: z.array(z.number().nullable()) }),
  /** What is in the file of states now, as safetensors has it. */
  weights: z
    .object({ tensors: z.record(z.string(), TENSOR), bytes: count })
    .refine(({ tensors, bytes }) => Object.values(tensors).every(({ data_offsets: [, to] }) => to <= bytes)),
  /** The length of what is in the file of states now. */
  save: z.object({ bytes: count.multipleOf(4) }),
  restore: NOTHING,
} satisfies Record<Order["order"], z.ZodType>;

export type Loaded = z.output<typeof LOADED>;
export type Answer<O extends Order["order"] = Order["order"]> = z.output<(typeof ANSWERS)[O]>;

/** An error: what the author did, or the machine, or what no file of the model's took part in. */
const ERROR = z.object({
  kind: z.enum(["author", "memory", "bug"]),
  message: z.string().max(MOST.message),
  file: z.string().nullish(),
  line: z.number().nullish(),
  /** The text of that line. */
  code: z.string().optional(),
  /** Its last lines. */
  traceback: z.array(z.string()).optional(),
});
export type SentError = z.output<typeof ERROR>;

const MESSAGE = z.union([
  z.object({ id: z.string(), answer: z.object({}).loose() }),
  z.object({ id: z.string(), progress: count, processorMs: z.number().nonnegative().optional() }),
  z.object({ id: z.string(), error: ERROR }),
]);
export type Message = z.output<typeof MESSAGE>;

/** Undefined for a line that is no message. */
export function messageIn(line: string): Message | undefined {
  try {
    return MESSAGE.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no JSON
  }
}

/** Undefined for what answers no order of this name. */
export function answerTo(order: Order["order"], given: object): Answer | undefined {
  return ANSWERS[order].safeParse(given).data;
}

/** O: the outputs of all tasks. */
export function outputWidth(model: CodeModel): number {
  return firstOutput(model, model.tasks);
}

/** What a process is told of a run; its seed is of the stream of this name. */
export function sentSettings(
  run: Run<CodeModel>,
  losses: readonly TaskLoss[],
  { stream, device }: { readonly stream: string; readonly device: string },
): SentSettings {
  const { batch, steps, huberDelta, method, embeddingSteps } = run.training;
  const constants = constantsOf(run.training);
  const { inputs, tasks, categories = [] } = run.model;
  const [low, high] = modelKey(run, stream);
  const seed = String((BigInt(high) << 32n) | BigInt(low));
  const kinds = losses.map((task) => ({
    kind: task.kind,
    weight: task.weight,
    ...(task.decay !== undefined && { decay: task.decay }),
    unit: task.unit,
    outputs: outputCount(task),
    gaps: task.gaps === true,
  }));
  const optimizer = sentOptimizer(run.training);
  const shared = { seed, inputs, tasks, batch, steps, ...optimizer, method, constants, huber_delta: huberDelta };
  return {
    ...shared,
    kinds,
    categories,
    weighted: run.model.weighted === true,
    embedding_steps: embeddingSteps,
    device,
  };
}

function sentOptimizer({ optimizer, lr, schedule, weightDecay, clipNorm, ...named }: OptimizerSettings) {
  const { name, warmup, steps, decaySteps, decayFactor } = schedule;
  const { beta1, beta2, epsilon, momentum, nesterov } = named;
  return {
    optimizer,
    lr,
    beta1,
    beta2,
    epsilon,
    momentum,
    nesterov,
    weight_decay: weightDecay,
    clip_norm: clipNorm,
    schedule: { name, warmup, steps, decay_steps: decaySteps, decay_factor: decayFactor },
  };
}
