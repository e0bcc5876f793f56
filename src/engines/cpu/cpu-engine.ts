import { availableParallelism } from "node:os";
import type { Matrix } from "../../data/correlation-matrix.ts";
import { UsageError } from "../../errors.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { megabytes } from "../../units.ts";
import { checkRun } from "../check-run.ts";
import type { AnyRun, Engine, Hooks, Keeping, Run, RunState } from "../engine.ts";
import { numbering } from "../numbering.ts";
import type { TrainingPath } from "../training-path.ts";
import { checkArithmetic } from "./choose-kernels.ts";
import { kernelSource } from "./instantiate.ts";
import type { KernelSet } from "./kernel-sets.ts";
import { availableKernels } from "./native.ts";
import { planRunGroup, runGroupsOf, threadsFor } from "./run-group.ts";
import type { Task } from "./worker.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface CpuOptions {
  /** Worker threads; by default as many as this process has cores. */
  readonly jobs?: number;
  /** By default the fastest that run here. Throws RangeError for those that don't. */
  readonly kernels?: KernelSet;
  /** Called if workers died, and fewer go on. */
  readonly note?: (line: string) => void;
}

const PROGRESS_MS = 100;
/** Largest memory that 32-bit addresses reach. */
const MOST_BYTES = 2 ** 32;

/** Fused kernels on worker threads: the same bits with every kernel set, for any number of workers. */
export class CpuEngine implements Engine {
  readonly name = "cpu";
  readonly keepsStates = true;
  readonly device: KernelSet;
  readonly workers: number;
  readonly #pool: WorkerPool;
  /** Bytes of run groups by their size key: runs that stop early come in many calls. */
  readonly #sizes = new Map<string, number>();
  readonly #sizeKey = sizeKeys();

  constructor({ jobs = availableParallelism(), kernels, note }: CpuOptions = {}) {
    this.device = kernels ?? availableKernels().sets[0];
    this.workers = jobs;
    this.#pool = new WorkerPool(jobs, kernelSource(this.device), note);
  }

  path(): TrainingPath {
    return this.name;
  }

  check(run: AnyRun): void {
    checkRun(this.name, run);
    checkArithmetic(run.training.arithmetic, this.device);
  }

  async train(runs: readonly Run[], hooks: Hooks): Promise<void> {
    for (const run of runs) this.check(run);
    const { signal, noMore, keepParameters = false, keepPredictions = false, keeping } = hooks;
    const stepOf = ({ id }: Run) => keeping?.states.get(id)?.step ?? 0;
    const groups = runGroupsOf(runs, this.workers, stepOf);
    this.#largest(runsOf(groups, runs));
    if (signal?.aborted) return;
    const steps = new SharedArrayBuffer(4 * runs.length);
    new Int32Array(steps).set(runs.map(stepOf));
    const losses = new SharedArrayBuffer(8 * runs.length);
    new Float64Array(losses).fill(Number.NaN);
    const stop = new SharedArrayBuffer(4);
    const spare = Math.max(1, Math.floor(this.workers / groups.length));
    const isStopped = () => Atomics.load(new Int32Array(stop), 0) !== 0;
    const abort = () => Atomics.store(new Int32Array(stop), 0, 1);
    const tasks = groups.map((indices): Task => {
      const own = indices.map((i) => runs[i]);
      const states = statesOf(own, keeping);
      const keep = { keepEveryMs: keeping?.everyMs, waiting: new SharedArrayBuffer(4), ...(states && { states }) };
      const threads = threadsFor(own, spare);
      return { indices, runs: own, steps, losses, stop, threads, keepParameters, keepPredictions, ...keep };
    });
    signal?.addEventListener("abort", abort, { once: true });
    const progress = watchProgress(runs, new Int32Array(steps), new Float64Array(losses), hooks);
    const tell = <T>(values: readonly T[], each: (value: T, i: number) => void) => {
      try {
        progress.report();
        values.forEach(each);
      } catch (error) {
        abort();
        throw error;
      }
    };
    try {
      await this.#pool.run(tasks, {
        mayBegin: () => !isStopped() && !noMore?.aborted,
        onBegin: ({ runs }) => hooks.onBegin?.(runs),
        onStates: ({ runs }, states) => tell(states, (state, i) => keeping?.onState(runs[i], state)),
        onAsked: async (task, { run: id, step, heldout }) =>
          hooks.measure?.(task.runs.find((run) => run.id === id) as Run, step, heldout) ?? {},
        onAnswer: (results) => tell(results ?? [], (result) => hooks.onResult(result)),
      });
    } finally {
      progress.stop();
      signal?.removeEventListener("abort", abort);
    }
  }

  memoryBytes(runs: readonly Run[]): number {
    const groups = runGroupsOf(runs, this.workers);
    return this.#largest(runsOf(groups, runs)) * Math.min(this.workers, groups.length);
  }

  /** Bytes of the largest run group. Throws UsageError if it is too large for a worker. */
  #largest(groups: readonly (readonly Run[])[]): number {
    const sizes = groups.map((group) => {
      const key = this.#sizeKey(group);
      const bytes = this.#sizes.get(key) ?? bytesOf(group, this.device);
      this.#sizes.set(key, bytes);
      return bytes;
    });
    return Math.max(0, ...sizes);
  }

  async dispose(): Promise<void> {
    await this.#pool.dispose();
  }
}

function runsOf(groups: readonly (readonly number[])[], runs: readonly Run[]): Run[][] {
  return groups.map((group) => group.map((i) => runs[i]));
}

/** Where runs of one step go on from; undefined if they begin. */
function statesOf(runs: readonly Run[], keeping: Keeping | undefined): RunState[] | undefined {
  const states = runs.map(({ id }) => keeping?.states.get(id)).filter((state) => state !== undefined);
  return states.length === runs.length ? states : undefined;
}

/** Reads now and then how far the workers are; they never wait for it. */
function watchProgress(runs: readonly Run[], steps: Int32Array, losses: Float64Array, { onProgress }: Hooks) {
  const seen = Int32Array.from(steps);
  const report = () => {
    runs.forEach((run, i) => {
      const step = Atomics.load(steps, i);
      if (step === seen[i]) return;
      seen[i] = step;
      onProgress?.(run, step, losses[i]);
    });
  };
  const timer = setInterval(report, PROGRESS_MS);
  return { report, stop: () => clearInterval(timer) };
}

/** Bytes of a run group. Throws UsageError if it is too large for a worker. */
function bytesOf(group: readonly Run[], kernels: KernelSet): number {
  const { bytes } = planRunGroup(group, kernels).arena;
  if (bytes <= MOST_BYTES) return bytes;
  const taken = `run ${group[0]?.id} and those on the same rows take ${megabytes(bytes)}`;
  const most = `a worker of the cpu engine holds ${megabytes(MOST_BYTES)}`;
  const smaller = group.some(({ model }) => model.embeddings) ? ", or a smaller --embedding" : "";
  throw new UsageError(`${taken}, ${most}; give fewer trainRows, heldoutRows or rows a batch${smaller}`);
}

/** A function that gives run groups one key only if their plans are of one size. */
function sizeKeys(): (group: readonly Run[]) => string {
  const modelNumber = numbering((model: ModelSpec) => model);
  const trainingNumber = numbering((training: Run["training"]) => training);
  const dataNumber = numbering((data: Run["data"]) => data);
  return (group) => {
    const cellNumber = numbering((correlations: Matrix | null) => correlations); // which slots share labels, whatever their correlation
    const slots = group.map(({ model, correlationMatrix, training }) => {
      return `${modelNumber(model)} ${cellNumber(correlationMatrix)} ${trainingNumber(training)}`;
    });
    return [dataNumber(group[0].data), ...slots].join();
  };
}
