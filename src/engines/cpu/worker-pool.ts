import type { Worker } from "node:worker_threads";
import { startWorker } from "../../start-worker.ts";
import { MachineError, machineError } from "../../system-errors.ts";
import type { OwnValues, RunState } from "../engine.ts";
import type { KernelSource } from "./kernels.ts";
import type { Answer, Asked, Message, Task } from "./worker.ts";

interface PoolHooks {
  onAnswer(answer: Answer): void;
  /** Asked before each task. */
  mayBegin(): boolean;
  onBegin(task: Task): void;
  /** A task's runs have these states, from which another worker would go on. */
  onStates(task: Task, states: readonly RunState[]): void;
  onAsked(task: Task, asked: Asked): Promise<OwnValues>;
}

/** A thread, and the callbacks that wait for it. */
interface PoolWorker {
  readonly thread: Worker;
  onStates(states: readonly RunState[]): void;
  onAsked(asked: Asked): void;
  onAnswer(answer: Answer): void;
  onDeath(cause: Error): void;
}

/** A worker ended before it answered. */
class WorkerDeath extends Error {
  /** The error of the thread; a MachineError if it is the machine's trouble. */
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message);
    this.cause = machineError(cause) ?? cause;
  }
}

/** Results of some tasks. */
interface Round {
  /** Workers at once. */
  readonly places: number;
  /** Tasks that did not begin. */
  readonly queue: Task[];
  /** Tasks whose workers died. */
  readonly again: Task[];
  /** What the dead workers were short of, and how many they were. */
  shortage?: MachineError;
  short: number;
}

/** A task is given up when this many workers have died of it. */
const MOST_DEATHS = 3;

/** Worker threads, each with its own kernels; they start with their first task and stay for the next. */
export class WorkerPool {
  readonly #kernels: KernelSource;
  readonly #note: (line: string) => void;
  #workers: (PoolWorker | undefined)[];

  /** Calls `note` if a worker died, or if fewer go on. */
  constructor(jobs: number, kernels: KernelSource, note: (line: string) => void = () => {}) {
    this.#kernels = kernels;
    this.#workers = new Array(jobs).fill(undefined);
    this.#note = note;
  }

  /**
   * Shares out the tasks, in order, while they may begin. If a worker dies, another one does its task again; if it was
   * short of memory, threads or files, fewer workers do it, and all later tasks. Returns, or throws what a hook threw,
   * when no worker is busy any more. Throws MachineError for a task that can't be done so; unless a single worker is
   * short, all others are done by then.
   */
  async run(tasks: readonly Task[], hooks: PoolHooks): Promise<void> {
    const losses = new Losses(this.#note);
    let left = tasks;
    while (left.length > 0 && hooks.mayBegin()) {
      const places = Math.min(this.#workers.length, left.length);
      const round: Round = { places, queue: [...left], again: [], short: 0 };
      const work = Array.from({ length: places }, (_, place) => this.#work(place, round, losses, hooks));
      for (const end of await Promise.allSettled(work)) if (end.status === "rejected") throw end.reason;
      if (round.shortage) await this.#goOnWithFewer(round);
      left = [...round.again, ...round.queue];
    }
    if (losses.first) throw losses.first;
  }

  async #work(place: number, round: Round, losses: Losses, hooks: PoolHooks): Promise<void> {
    while (hooks.mayBegin()) {
      const task = round.queue.shift();
      if (task === undefined) return;
      hooks.onBegin(task);
      try {
        hooks.onAnswer(await this.#answer(place, task, hooks));
      } catch (error) {
        if (!(error instanceof WorkerDeath)) throw error;
        if (isShortage(error.cause)) return this.#wait(round, task, error.cause);
        if (losses.mayTryAgain(task, error.cause)) round.again.push(task);
      }
    }
  }

  /** Leaves the task, and the place, to a round of fewer workers. */
  #wait(round: Round, task: Task, shortage: MachineError): void {
    round.again.push(task);
    round.short++;
    if (!round.shortage && round.places > 1)
      this.#note(`${shortage.what} with ${round.places} workers; continuing with fewer`);
    round.shortage ??= shortage;
  }

  /** Starts again with as many workers as had enough, or half. Throws if a single one was short. */
  async #goOnWithFewer({ places, short, shortage }: Round): Promise<void> {
    const wasAlone = this.#workers.every((worker) => worker === undefined);
    if (places === 1 && wasAlone) throw shortage;
    await this.dispose(); // those that wait hold memory too
    this.#workers = new Array(places - short || Math.max(1, Math.floor(places / 2))).fill(undefined);
  }

  #answer(place: number, task: Task, hooks: PoolHooks): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const worker = this.#workers[place] ?? this.#start(place);
      worker.onStates = (states) => {
        task.states = states;
        try {
          hooks.onStates(task, states);
        } catch (error) {
          reject(error);
        }
        Atomics.store(new Int32Array(task.waiting), 0, 0);
      };
      worker.onAsked = (asked) => void hooks.onAsked(task, asked).then((values) => replyTo(asked, values), reject);
      worker.onAnswer = resolve;
      worker.onDeath = (cause) => reject(new WorkerDeath(cause));
      worker.thread.postMessage(task);
    });
  }

  #start(place: number): PoolWorker {
    const thread = threadOf(this.#kernels);
    const worker: PoolWorker = { thread, onStates: () => {}, onAsked: () => {}, onAnswer: () => {}, onDeath: () => {} };
    let cause: Error | undefined;
    thread.on("message", (message: Message) => {
      if ("states" in message) worker.onStates(message.states);
      else if ("asked" in message) worker.onAsked(message.asked);
      else worker.onAnswer(message.answer);
    });
    thread.on("error", (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    // always told, and when its memory is free again
    thread.on("exit", (code) => {
      const at = this.#workers.indexOf(worker);
      if (at >= 0) this.#workers[at] = undefined;
      worker.onDeath(cause ?? new MachineError("worker", `exit code ${code}`));
    });
    this.#workers[place] = worker;
    return worker;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker?.thread.terminate()));
    this.#workers.fill(undefined);
  }
}

/** Wakes the worker that asked. */
function replyTo({ reply, ready }: Asked, values: OwnValues): void {
  reply.postMessage(values);
  Atomics.store(new Int32Array(ready), 0, 1);
  Atomics.notify(new Int32Array(ready), 0);
}

/** Throws WorkerDeath if no thread can be started. */
function threadOf(kernels: KernelSource): Worker {
  try {
    return startWorker(import.meta.url, "worker", kernels);
  } catch (error) {
    throw new WorkerDeath(error as Error);
  }
}

/** Whether fewer workers may have enough. */
function isShortage(cause: Error): cause is MachineError {
  return cause instanceof MachineError && ["memory", "threads", "files"].includes(cause.trouble);
}

/** Counts the workers that died of a task. */
class Losses {
  readonly #note: (line: string) => void;
  readonly #deaths = new Map<Task, number>();
  /** Why the first task was given up: a bug of ours, or a worker that died again and again. */
  first: Error | undefined;

  constructor(note: (line: string) => void) {
    this.#note = note;
  }

  mayTryAgain(task: Task, cause: Error): boolean {
    const deaths = (this.#deaths.get(task) ?? 0) + 1;
    this.#deaths.set(task, deaths);
    const mayTry = cause instanceof MachineError && cause.trouble === "worker" && deaths < MOST_DEATHS;
    if (mayTry) this.#note(`${cause.what}; training its runs again`);
    else this.first ??= cause;
    return mayTry;
  }
}
