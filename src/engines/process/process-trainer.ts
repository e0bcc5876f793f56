import { pairCorrelations } from "../../data/label-correlation.ts";
import type { RowSet } from "../../data/streams.ts";
import type { CodeModel } from "../../models/code.ts";
import type { Predictions, Run, RunState, Tensors } from "../engine.ts";
import { nextEvaluation } from "../evaluations.ts";
import { type Feed, type FeedRows, feedOf } from "../rows/row-source.ts";
import { type Judged, lossesOfTasks, summedLosses, type TaskLoss } from "../task-losses.ts";
import type { LossSums, Trainer } from "../trainer.ts";
import { type Answer, outputWidth, sentSettings } from "./protocol.ts";
import { AHEAD, type FileLayout, FLOAT, fileLayout } from "./shared-rows.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** Runs of one model that a process trains at once: mostly one. */
export type Together = readonly [Run<CodeModel>, ...Run<CodeModel>[]];

/** Steps whose rows are in the file. */
interface Chunk {
  readonly from: number;
  readonly steps: number;
  /** Its first byte. */
  readonly at: number;
}

interface Asking {
  readonly silentMs: number;
  readonly onProgress?: (step: number, processorMs?: number) => void;
}

/** One of the runs that train together. */
interface Replica {
  readonly run: Run<CodeModel>;
  readonly feed: Feed;
  readonly tasks: readonly TaskLoss[];
}

/** Runs as they begin. */
interface Begun {
  readonly asking: Asking;
  readonly answer: Answer<"begin">;
  readonly replicas: readonly Replica[];
}

/** Trains R runs in a process that has their model loaded: one, or several together whose settings are the same. */
export class ProcessTrainer implements Trainer {
  readonly labelCorrelations: readonly (readonly number[])[];
  /** How many numbers each of the model's parameters has, by name. */
  readonly parts: Readonly<Record<string, number>>;
  readonly givesWeights: boolean;
  /** Of one run alone. */
  readonly save?: () => Promise<Float32Array | undefined>;
  readonly #worker: WorkerProcess;
  readonly #replicas: readonly Replica[];
  /** One of them, for what all have alike. */
  readonly #run: Run<CodeModel>;
  readonly #asking: Asking;
  readonly #layout: FileLayout;
  /** Chunks that are trained on now, each with its losses, and the one after them whose rows are made. */
  readonly #sent: { readonly chunk: Chunk; readonly losses: Promise<Float32Array> }[] = [];
  #ready: Chunk | undefined;
  #chunks = 0;

  private constructor(worker: WorkerProcess, [run, ...more]: Together, { asking, answer, replicas }: Begun) {
    this.parts = answer.parameters;
    this.givesWeights = answer.givesWeights;
    this.#worker = worker;
    this.#replicas = replicas;
    this.#run = run;
    this.#asking = asking;
    this.#layout = fileLayout(run, replicas.length);
    if (more.length === 0) this.save = async () => (answer.keepsState ? this.#saved() : undefined);
    this.labelCorrelations = replicas.map(({ feed: { sets } }) =>
      pairCorrelations((sets.train ?? sets.heldout).y, run.model.tasks),
    );
  }

  /** Has a process begin runs, or go on with one from a state. */
  static async begin(
    worker: WorkerProcess,
    runs: Together,
    asking: Asking,
    state?: Pick<RunState, "values">,
  ): Promise<ProcessTrainer> {
    const bytes = worker.rows.reserve(fileLayout(runs[0], runs.length).bytes);
    const replicas = runs.map((run) => {
      const feed = feedOf(run);
      return { run, feed, tasks: lossesOfTasks(run) };
    });
    const settings = replicas.map(({ run, tasks }) => sentSettings(run, tasks, worker));
    const answer = await worker.ask({ order: "begin", bytes, runs: settings }, { doing: "begins a run", ...asking });
    const [saved] = state?.values ?? [];
    if (saved) {
      worker.state.write(0, saved);
      await worker.ask({ order: "restore", bytes: saved.byteLength }, { doing: "resumes a run", ...asking });
    }
    return new ProcessTrainer(worker, runs, { asking, answer, replicas });
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
    const steps = Math.min(this.#layout.chunkSteps, nextEvaluation(training, from - 1) - from + 1);
    const at = this.#layout.chunkAt(this.#chunks++);
    const batches = steps * this.#replicas.length;
    const [D, K] = [training.batch * model.inputs, training.batch * model.tasks];
    const [x, y, w] = [batches * D, batches * K, model.weighted ? batches * K : 0].map(
      (size) => new Float32Array(size),
    );
    for (let i = 0; i < batches; i++) {
      const { feed } = this.#replicas[i % this.#replicas.length];
      const step = from + Math.floor(i / this.#replicas.length);
      const [labels, weights] = [y, w].map((all) => all.subarray(i * K, (i + 1) * K));
      feed.batchInto(x.subarray(i * D, (i + 1) * D), labels, step, weights);
    }
    this.#worker.rows.write(at, x, y, w);
    return { from, steps, at };
  }

  #send(chunk: Chunk): void {
    const { from, steps, at } = chunk;
    const { model, training } = this.#run;
    const { inputs: D, tasks: K } = model;
    const batches = steps * this.#replicas.length;
    const onProgress = (done: number, processorMs?: number) => this.#asking.onProgress?.(from - 1 + done, processorMs);
    const order = { order: "train", at, steps } as const;
    const losses = this.#worker.ask(order, { doing: "trains", ...this.#asking, onProgress }).then(({ processorMs }) => {
      onProgress(steps, processorMs);
      const width = D + (model.weighted ? 2 * K : K);
      return this.#worker.numbersIn(this.#worker.rows, at + FLOAT * batches * training.batch * width, batches * K);
    });
    losses.catch(() => {}); // an earlier one was told
    this.#sent.push({ chunk, losses });
  }

  async heldout(first = 0): Promise<Predictions[]> {
    const { model, training } = this.#run;
    const [N, O] = [training.heldoutRows, outputWidth(model)];
    const all = this.#replicas.map(({ feed }) => ({
      outputs: new Float32Array((N - first) * O),
      y: feed.sets.heldout.y.subarray(first * model.tasks),
    }));
    for (let from = first; from < N; from += this.#layout.evaluatedRows) {
      const part = await this.#predicted("heldout", from, N);
      for (const [r, { outputs }] of all.entries()) outputs.set(part[r].outputs, (from - first) * O);
    }
    return all;
  }

  async lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const { huberDelta } = this.#run.training;
    const predicted = await this.#predicted(set, from, to);
    const sums = predicted.map((each, r) => summedLosses(each, this.#replicas[r].tasks, huberDelta));
    return {
      sums: Float64Array.from(sums.flatMap((of) => [...of])),
      to: Math.min(to, from + this.#layout.evaluatedRows),
    };
  }

  /** What each run predicts of rows of a set, from one on, as many as are predicted at a time. */
  async #predicted(set: RowSet, from: number, to: number): Promise<Judged[]> {
    const { tasks: K } = this.#run.model;
    const end = Math.min(to, from + this.#layout.evaluatedRows);
    const rows = this.#replicas.map(({ feed: { sets } }) => sets[set] as FeedRows);
    const outputs = await this.predictions(...rows.map(({ inputs }) => inputs(from, end)));
    const width = outputs.length / rows.length;
    return rows.map(({ y, weights }, r) => ({
      outputs: outputs.subarray(r * width, (r + 1) * width),
      y: y.subarray(from * K, end * K),
      weights: weights?.subarray(from * K, end * K),
    }));
  }

  /** Predictions [R, N, O] of the rows [N, D] of each run, no more than are predicted at a time. */
  async predictions(...x: readonly Float32Array[]): Promise<Float32Array> {
    const { model } = this.#run;
    const { evaluatedAt: at } = this.#layout;
    const rows = x[0].length / model.inputs;
    const behind = this.#worker.rows.write(at, ...x);
    await this.#worker.ask({ order: "predict", at, rows }, { doing: "predicts", ...this.#asking });
    return this.#worker.numbersIn(this.#worker.rows, behind, x.length * rows * outputWidth(model));
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

  async #saved(): Promise<Float32Array> {
    const { bytes } = await this.#worker.ask({ order: "save" }, { doing: "saves its state", ...this.#asking });
    return this.#worker.numbersIn(this.#worker.state, 0, bytes / FLOAT);
  }

  parameters(): Float32Array[] {
    return [];
  }

  async tensors(): Promise<Tensors[]> {
    const all: Tensors[] = [];
    if (!this.givesWeights) return all;
    for (const run of this.#replicas.keys()) {
      const { tensors, bytes } = await this.#worker.ask(
        { order: "weights", run },
        { doing: "gives its weights", ...this.#asking },
      );
      const numbers = this.#worker.numbersIn(this.#worker.state, 0, Math.ceil(bytes / FLOAT));
      all.push({ header: tensors, bytes: new Uint8Array(numbers.buffer, 0, bytes) });
    }
    return all;
  }

  dispose(): void {}
}
