import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { compileKernels } from "./kernels.ts";
import type { Answer, Task } from "./worker.ts";

/** Worker threads, each with its own kernels; they start with their first task and stay for the next. */
export class Crew {
  readonly #module = compileKernels();
  readonly #workers: (Worker | undefined)[];

  constructor(jobs: number) {
    this.#workers = new Array(jobs).fill(undefined);
  }

  /** Shares out the tasks, in order. `onDeath` hears of a task whose worker died; another takes over the rest. */
  async run(
    tasks: readonly Task[],
    onAnswer: (answer: Answer) => void,
    onDeath: (task: Task, reason: string) => void,
  ): Promise<void> {
    const queue = [...tasks];
    const shift = async (place: number) => {
      for (let task = queue.shift(); task; task = queue.shift()) {
        try {
          onAnswer(await this.#answer(place, task));
        } catch (error) {
          this.#workers[place] = undefined;
          onDeath(task, error instanceof Error ? error.message : String(error));
        }
      }
    };
    await Promise.all(this.#workers.map((_, place) => shift(place)));
  }

  async #answer(place: number, task: Task): Promise<Answer> {
    const worker = this.#workers[place] ?? startWorker(this.#module);
    this.#workers[place] = worker;
    const done = new AbortController();
    const death = once(worker, "exit", { signal: done.signal }).then(([code]) => {
      throw new Error(`exit code ${code}`);
    });
    worker.postMessage(task);
    try {
      const [answer] = (await Promise.race([once(worker, "message"), death])) as [Answer];
      return answer;
    } finally {
      death.catch(() => {});
      done.abort();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker?.terminate()));
    this.#workers.fill(undefined);
  }
}

/** The worker's file lies beside this one. Not compiled (tests, benchmarks) it needs a loader, set up by its first lines. */
function startWorker(module: WebAssembly.Module): Worker {
  const options = { workerData: { module } };
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./worker.js", import.meta.url), options);
  const [loader, file] = [import.meta.resolve("tsx/esm/api"), new URL("./worker.ts", import.meta.url)];
  const lines = `import("${loader}").then(({ register }) => { register(); return import("${file}"); });`;
  return new Worker(lines, { ...options, eval: true });
}
