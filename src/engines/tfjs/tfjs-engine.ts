import { availableParallelism } from "node:os";
import { MMOE } from "../../called-as.ts";
import { UsageError } from "../../errors.ts";
import { MachineError, machineError } from "../../system-errors.ts";
import { byKind, checkRun } from "../check-run.ts";
import type { Engine, Hooks, Run } from "../engine.ts";
import { type CreateTrainer, trainGroup } from "../train-group.ts";
import { deviceOf, isOnCard } from "./device.ts";
import { type Group, type Grouping, groupsOf } from "./groups.ts";
import { fedBytes, largestGroup, rowBytes, tensorBytes } from "./memory.ts";
import { type Backend, loadTf } from "./tf.ts";
import { GroupFeeds } from "./trainer/group-feeds.ts";
import { GroupTrainers } from "./trainer/group-trainer.ts";

interface TfjsOptions {
  readonly backend: Backend;
  /** The engine's name in messages and records. */
  readonly name?: "tfjs" | "cuda";
  /** The most runs that are trained together; by default what suits the backend and its memory. */
  readonly groupSize?: number;
  /** Whether steps are a graph, many of them a call; by default on `tensorflow`, where that is possible. */
  readonly graph?: boolean;
  /** Threads that make rows, at the most; by default as many as this process has cores, up to 16. */
  readonly jobs?: number;
  /** Called with what is decided on the way. */
  readonly note?: (line: string) => void;
}

/** Without threads, more runs at a time are no faster. */
const GROUP_SIZE = 8;
const MOST_FEEDERS = 16;

/** Plain TensorFlow.js operations, gradients by automatic differentiation: on wasm the reference engine. */
export async function createTfjsEngine(options: TfjsOptions): Promise<Engine> {
  const { backend, name = "tfjs", groupSize, graph = backend === "tensorflow", note = () => {} } = options;
  const { jobs = Math.min(availableParallelism(), MOST_FEEDERS) } = options;
  if (groupSize !== undefined && !(Number.isInteger(groupSize) && groupSize > 0))
    throw new RangeError(`createTfjsEngine: groupSize: expected a whole number from 1, got ${groupSize}`);
  if (!(Number.isInteger(jobs) && jobs > 0))
    throw new RangeError(`createTfjsEngine: jobs: expected a whole number from 1, got ${jobs}`);
  const tf = await loadTf(backend);
  const device = await deviceOf(tf, backend, note);
  const sizeOf = (company: readonly Run[]) => {
    const most = groupSize ?? (graph ? Number.POSITIVE_INFINITY : GROUP_SIZE);
    const fitting = groupSize === undefined && device.memory ? largestGroup(company, device.memory) : most;
    return Math.min(fitting, Math.floor(most / company.length));
  };
  const grouping: Grouping = { sizeOf, mixed: graph };
  const hostBytes = (group: Group) =>
    (graph ? 2 : 1) * sum(group.sources, rowBytes) +
    fedBytes(group) +
    (device.memory?.card === undefined ? sum(group.runs, tensorBytes) : 0);
  const feeds = new GroupFeeds(jobs, options.note);
  const trainers = new GroupTrainers(tf, feeds, graph);
  /** Frees what is kept on the device for later groups. */
  const free = () => trainers.free();
  const createTrainer: CreateTrainer<Group> = (group, yielder) => trainers.trainer(group, yielder);
  return {
    name,
    device: device.name,
    keepsStates: false,
    ...(device.libraries ? { libraries: device.libraries } : {}),
    path: () => "tfjs",
    check: (run) => checkRun(name, run),
    async train(runs, hooks) {
      if (hooks.keeping) throw new RangeError(`${name}: train: this engine keeps no states of runs in flight`);
      await tf.setBackend(backend); // it is global to the process: another engine may have set its own
      for (const run of runs) checkRun(name, run);
      const train = (group: Group) => trainGroup(createTrainer, group, hooks, device.name);
      await trainInGroups(byKind(runs).specs, hooks, { ...grouping, train, free, note });
    },
    memoryBytes: (runs) => {
      const bytes = groupsOf(byKind(runs).specs, grouping).map(hostBytes);
      return bytes.reduce((most, one) => Math.max(most, one), 0);
    },
    // Between calls of `train` no tensor is left, only graphs; the backend itself is the process's.
    async dispose() {
      free();
      await feeds.dispose();
    },
  };
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

interface CudaOptions {
  /** Compute on the CPU if TensorFlow sees no card. */
  readonly allowCpu?: boolean;
  /** Threads that make rows. */
  readonly jobs?: number;
  readonly note?: (line: string) => void;
}

/** The tfjs engine on TensorFlow with CUDA. Throws UsageError if it would compute on a CPU, unless that is allowed. */
export async function createCudaEngine({ allowCpu = false, ...options }: CudaOptions = {}): Promise<Engine> {
  const tf = await loadTf("tensorflow");
  if (!isOnCard(tf) && !allowCpu)
    throw new UsageError(
      `engine cuda: TensorFlow sees no card: ${MMOE} doctor says why; --allow-cpu trains on the CPU`,
    );
  return createTfjsEngine({ ...options, backend: "tensorflow", name: "cuda" });
}

interface GroupTraining extends Grouping {
  /** Trains one group; returns results only when all of it has been trained. */
  readonly train: (group: Group) => Promise<void>;
  /** Frees what is kept for other groups, when memory runs out. */
  readonly free: () => void;
  /** Called when groups are made smaller. */
  readonly note: (line: string) => void;
}

/**
 * Trains all runs, group by group, until a signal stops it. A group that memory does not hold is trained again in two
 * halves, and later groups are no larger. Throws MachineError for a run that memory does not hold alone.
 */
export async function trainInGroups(
  runs: readonly Run[],
  { signal, noMore, onBegin }: Hooks,
  { train, free, note, ...grouping }: GroupTraining,
): Promise<void> {
  let pending = groupsOf(runs, grouping);
  while (!signal?.aborted && !noMore?.aborted) {
    const group = pending.shift();
    if (group === undefined) return;
    onBegin?.(group.runs);
    try {
      await train(group);
    } catch (error) {
      if (!isOutOfMemory(error)) throw machineError(error) ?? error;
      free();
      const half = halfOf(group);
      note(`out of memory with ${group.runs.length} runs at a time; going on with ${half}`);
      const { sizeOf } = grouping;
      grouping = { ...grouping, sizeOf: (company) => Math.min(Math.floor(half / company.length), sizeOf(company)) };
      pending = groupsOf(
        [group, ...pending].flatMap(({ runs }) => runs),
        grouping,
      );
    }
  }
}

/**
 * Messages of out-of-memory errors: from single calls, from TensorFlow's kernels in a session, from fed data, and from
 * V8.
 */
const OUT_OF_MEMORY = new RegExp(
  [
    "TF_Status: 8\\b|RESOURCE_EXHAUSTED",
    "OOM when allocating|failed to allocate|Ran out of GPU memory",
    "unable to allocate output tensor|Dst tensor is not initialized",
    "Array buffer allocation failed",
  ].join("|"),
  "i",
);

export function isOutOfMemory(error: unknown): boolean {
  return machineError(error)?.trouble === "memory" || (error instanceof Error && OUT_OF_MEMORY.test(error.message));
}

function halfOf({ runs }: Group): number {
  if (runs.length > 1) return Math.ceil(runs.length / 2);
  throw new MachineError("memory", `run ${runs[0]?.id} alone does not fit in it`);
}
