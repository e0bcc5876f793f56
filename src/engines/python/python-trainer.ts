import { pairCorrelations } from "../../data/label-correlation.ts";
import type { RowSet } from "../../data/streams.ts";
import type { Rows } from "../../data/task-set.ts";
import type { CodeModel } from "../../models/code.ts";
import { type Diagnosing, hasMetrics, type Predictions, recorderOf } from "../diagnosing.ts";
import type { Run, RunState } from "../engine.ts";
import { nextEvaluation } from "../evaluations.ts";
import { type Feed, feedOf } from "../rows/feed.ts";
import { lossesWithUnits, summedLosses, type TaskLoss } from "../task-losses.ts";
import type { LossSums, Trainer } from "../trainer.ts";
import type { Heeds } from "../training-settings.ts";
import { outputWidth, type PythonAnswer, sentSettings } from "./messages.ts";
import type { PythonChild } from "./python-child.ts";

/** The settings that this path reads. */
export const HEEDS: Heeds = {
  ...{ trainRows: true, sampling: true, batch: true, steps: true, optimizer: true, lr: true, method: false },
  ...{ huberDelta: true, arithmetic: false, initializer: false, evalEvery: true, heldoutRows: true, taskKinds: true },
};

/** Steps whose rows are sent together: as many as this many bytes hold, so that a slow model shows its progress. */
const CHUNK_BYTES = 1e6;
const MOST_STEPS = 64;
/** Chunks that are sent before the first of them is done; the rows of one more are in the file by then. */
const AHEAD = 2;
const CHUNKS = AHEAD + 1;
/** Rows of a set that are predicted at a time. */
const EVALUATED_BYTES = 4e6;

/** Bytes of a number. */
const FLOAT = 4;

/** Steps whose rows are in the file. */
interface Chunk {
  readonly from: number;
  readonly steps: number;
  /** Its first byte. */
  readonly at: number;
}

interface Sizes {
  /** Most steps of a chunk, and its bytes: x, y and losses. */
  readonly chunkSteps: number;
  readonly chunkBytes: number;
  /** Most rows that are predicted at a time, and the bytes of these and their predictions. */
  readonly evaluatedRows: number;
  readonly evaluatedBytes: number;
}

interface Asking {
  readonly silentMs: number;
  readonly onProgress?: (step: number, processorMs?: number) => void;
}

/** A run as it begins. */
interface Begun {
  readonly asking: Asking;
  readonly answer: PythonAnswer;
  readonly feed: Feed;
  readonly tasks: readonly TaskLoss[];
  readonly state: RunState | undefined;
}

/** Trains one run in a process that has its model loaded. */
export class PythonTrainer implements Trainer {
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly diagnosing: Diagnosing | undefined;
  /** How many numbers each of the model's parameters has, by name. */
  readonly parts: Readonly<Record<string, number>>;
  readonly #keepsState: boolean;
  readonly #child: PythonChild;
  readonly #run: Run<CodeModel>;
  readonly #asking: Asking;
  readonly #feed: Feed;
  readonly #tasks: readonly TaskLoss[];
  readonly #sizes: Sizes;
  /** Chunks that are trained on now, each with its losses, and the one after them whose rows are made. */
  readonly #sent: { readonly chunk: Chunk; readonly losses: Promise<Float32Array> }[] = [];
  #ready: Chunk | undefined;
  #chunks = 0;

  private constructor(child: PythonChild, run: Run<CodeModel>, { asking, answer, feed, tasks, state }: Begun) {
    this.parts = answer.parameters ?? {};
    this.#keepsState = answer.keepsState ?? false;
    this.#child = child;
    this.#run = run;
    this.#asking = asking;
    this.#feed = feed;
    this.#tasks = tasks;
    this.#sizes = sizesOf(run);
    this.diagnosing = hasMetrics(run) ? recorderOf(run, () => ({}), state?.diagnostics) : undefined;
    const { train, heldout } = this.#feed.sets;
    this.labelCorrelations = [pairCorrelations((train ?? heldout).y, run.model.tasks)];
  }

  /** Has a process begin a run, or go on from a state. */
  static async begin(
    child: PythonChild,
    run: Run<CodeModel>,
    asking: Asking,
    state?: RunState,
  ): Promise<PythonTrainer> {
    const { chunkBytes, evaluatedBytes } = sizesOf(run);
    const bytes = child.rows.reserve(CHUNKS * chunkBytes + evaluatedBytes);
    const feed = feedOf(run);
    const tasks = lossesWithUnits(run, feed.sets.train?.y);
    const order = { order: "begin", bytes, settings: sentSettings(run, tasks, child.device) } as const;
    const answer = await child.ask(order, { doing: "begins a run", ...asking });
    const [saved] = state?.values ?? [];
    if (saved) {
      child.state.reserve(saved.byteLength);
      child.state.write(0, saved);
      await child.ask({ order: "restore", bytes: saved.byteLength }, { doing: "resumes a run", ...asking });
    }
    return new PythonTrainer(child, run, { asking, answer, feed, tasks, state });
  }

  /** How many parameters the model has. */
  get size(): number {
    return Object.values(this.parts).reduce((sum, count) => sum + count, 0);
  }

  async train(from: number, to: number): Promise<Float32Array> {
    for (let at = this.#end(from); at <= to && this.#sent.length < AHEAD; at = this.#end(from))
      this.#send(this.#filled(at));
    const next = this.#end(from);
    if (next <= this.#run.training.steps) this.#ready ??= this.#fill(next);
    const { losses } = this.#sent.shift() as { readonly losses: Promise<Float32Array> };
    return losses;
  }

  /** The first step that is not sent yet. */
  #end(from: number): number {
    const last = this.#sent.at(-1)?.chunk;
    return last === undefined ? from : last.from + last.steps;
  }

  #filled(from: number): Chunk {
    const ready = this.#ready ?? this.#fill(from);
    this.#ready = undefined;
    return ready;
  }

  /** Makes the rows of the steps from one on, up to an evaluation at most. */
  #fill(from: number): Chunk {
    const { model, training } = this.#run;
    const { chunkBytes, chunkSteps } = this.#sizes;
    const steps = Math.min(chunkSteps, nextEvaluation(training, from - 1) - from + 1);
    const at = (this.#chunks++ % CHUNKS) * chunkBytes;
    const [D, K] = [training.batch * model.inputs, training.batch * model.tasks];
    const [x, y] = [new Float32Array(steps * D), new Float32Array(steps * K)];
    for (let i = 0; i < steps; i++)
      this.#feed.batchInto(x.subarray(i * D, (i + 1) * D), y.subarray(i * K, (i + 1) * K), from + i);
    this.#child.rows.write(at, x, y);
    return { from, steps, at };
  }

  #send(chunk: Chunk): void {
    const { from, steps, at } = chunk;
    const { model, training } = this.#run;
    const { inputs: D, tasks: K } = model;
    const onProgress = (done: number, _: number, processorMs?: number) =>
      this.#asking.onProgress?.(from - 1 + done, processorMs);
    const order = { order: "train", at, steps } as const;
    const losses = this.#child.ask(order, { doing: "trains", ...this.#asking, onProgress }).then(({ processorMs }) => {
      onProgress(steps, Number.NaN, processorMs);
      return this.#child.rows.read(at + FLOAT * steps * training.batch * (D + K), steps * K);
    });
    losses.catch(() => {}); // an earlier one was told
    this.#sent.push({ chunk, losses });
  }

  async heldout(): Promise<Predictions[]> {
    const { x, y } = this.#feed.sets.heldout;
    const { model } = this.#run;
    const [D, O, N] = [model.inputs, outputWidth(model), y.length / model.tasks];
    const outputs = new Float32Array(N * O);
    const { evaluatedRows } = this.#sizes;
    for (let from = 0; from < N; from += evaluatedRows)
      outputs.set(await this.predictions(x.subarray(from * D, (from + evaluatedRows) * D)), from * O);
    return [{ outputs, y }];
  }

  async lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const { inputs: D, tasks: K } = this.#run.model;
    const end = Math.min(to, from + this.#sizes.evaluatedRows);
    const { x, y } = this.#feed.sets[set] as Rows;
    const predicted = {
      outputs: await this.predictions(x.subarray(from * D, end * D)),
      y: y.subarray(from * K, end * K),
    };
    return { sums: summedLosses(predicted, this.#tasks, this.#run.training.huberDelta), to: end };
  }

  /** Predictions [N, O] of rows [N, D], no more than are evaluated at a time. */
  async predictions(x: Float32Array): Promise<Float32Array> {
    const { model } = this.#run;
    const rows = x.length / model.inputs;
    const at = CHUNKS * this.#sizes.chunkBytes;
    const behind = this.#child.rows.write(at, x);
    await this.#child.ask({ order: "predict", at, rows }, { doing: "predicts", ...this.#asking });
    return this.#child.rows.read(behind, rows * outputWidth(model));
  }

  async settle(): Promise<Float32Array> {
    const losses = await Promise.all(this.#sent.splice(0).map((each) => each.losses));
    const all = new Float32Array(losses.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const each of losses) {
      all.set(each, at);
      at += each.length;
    }
    return all;
  }

  async save(): Promise<Float32Array | undefined> {
    if (!this.#keepsState) return undefined;
    const { bytes = 0 } = await this.#child.ask({ order: "save" }, { doing: "saves its state", ...this.#asking });
    return this.#child.state.read(0, bytes / FLOAT);
  }

  parameters(): Float32Array[] {
    return [];
  }

  dispose(): void {}
}

function sizesOf({ model, training }: Run<CodeModel>): Sizes {
  const { inputs: D, tasks: K } = model;
  const stepBytes = FLOAT * (training.batch * (D + K) + K);
  const chunkSteps = Math.max(1, Math.min(MOST_STEPS, Math.floor(CHUNK_BYTES / stepBytes)));
  const rowBytes = FLOAT * (D + outputWidth(model));
  const most = Math.max(training.heldoutRows, training.trainRows === "fresh" ? 0 : training.trainRows);
  const evaluatedRows = Math.max(1, Math.min(most, Math.floor(EVALUATED_BYTES / rowBytes)));
  return { chunkSteps, chunkBytes: chunkSteps * stepBytes, evaluatedRows, evaluatedBytes: evaluatedRows * rowBytes };
}
