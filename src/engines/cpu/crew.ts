import type { Worker } from "node:worker_threads";
import { startWorker } from "../start-worker.ts";
import { compileKernels } from "./kernels.ts";
import type { Answer, Task } from "./worker.ts";

export interface CrewHooks {
  onAnswer(answer: Answer): void;
  onDeath(task: Task, reason: string): void;
  /** Asked before each task. */
  mayBegin(): boolean;
  onBegin(task: Task): void;
}

/** A thread, and the callbacks that wait for it. */
interface CrewWorker {
  readonly thread: Worker;
  onAnswer(answer: Answer): void;
  onDeath(reason: string): void;
}

class WorkerDeath extends Error {}

/** Worker threads, each with its own kernels; they start with their first task and stay for the next. */
export class Crew {
  readonly #module = compileKernels();
  readonly #workers: (CrewWorker | undefined)[];

  constructor(jobs: number) {
    this.#workers = new Array(jobs).fill(undefined);
  }

  /**
   * Shares out the tasks, in order, while they may begin. A task whose worker died is reported; a new worker takes the
   * next. When no worker is busy any more, returns, or throws what a hook threw.
   */
  async run(tasks: readonly Task[], { onAnswer, onDeath, mayBegin, onBegin }: CrewHooks): Promise<void> {
    const queue = [...tasks];
    const work = async (place: number) => {
      for (let task = queue.shift(); task && mayBegin(); task = queue.shift()) {
        onBegin(task);
        try {
          onAnswer(await this.#answer(place, task));
        } catch (error) {
          if (!(error instanceof WorkerDeath)) throw error;
          onDeath(task, error.message);
        }
      }
    };
    const ends = await Promise.allSettled(this.#workers.map((_, place) => work(place)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  #answer(place: number, task: Task): Promise<Answer> {
    const worker = this.#workers[place] ?? this.#start(place);
    return new Promise((resolve, reject) => {
      worker.onAnswer = resolve;
      worker.onDeath = (reason) => reject(new WorkerDeath(reason));
      worker.thread.postMessage(task);
    });
  }

  #start(place: number): CrewWorker {
    const thread = startWorker(import.meta.url, "worker", { module: this.#module });
    const worker: CrewWorker = { thread, onAnswer: () => {}, onDeath: () => {} };
    const die = (reason: string) => {
      if (this.#workers[place] === worker) this.#workers[place] = undefined;
      worker.onDeath(reason);
    };
    worker.thread.on("message", (answer: Answer) => worker.onAnswer(answer));
    worker.thread.on("error", (error) => die(error instanceof Error ? error.message : String(error)));
    worker.thread.on("exit", (code) => die(`exit code ${code}`));
    this.#workers[place] = worker;
    return worker;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker?.thread.terminate()));
    this.#workers.fill(undefined);
  }
}
