import type { Worker } from "node:worker_threads";
import { MachineError } from "../../../machine-error.ts";
import { startWorker } from "../../start-worker.ts";
import type { FeedAnswer, FeedTask } from "./feed-worker.ts";

interface Question {
  resolve(answer: FeedAnswer): void;
  reject(reason: Error): void;
}

/** A thread that answers in the order in which it is asked, and keeps the process alive only until then. */
export class Feeder {
  readonly #thread: Worker = startWorker(import.meta.url, "feed-worker");
  readonly #asked: Question[] = [];
  #cause: Error | undefined;
  #death: Error | undefined;
  #ending = false;

  constructor() {
    this.#thread.unref();
    this.#thread.on("message", (answer: FeedAnswer) => {
      this.#asked.shift()?.resolve(answer);
      if (this.#asked.length === 0 && !this.#ending) this.#thread.unref();
    });
    this.#thread.on("error", (error) => {
      this.#cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#thread.on("exit", (code) =>
      this.#die(this.#cause ?? new MachineError("worker", `a thread that makes rows ended: exit code ${code}`)),
    );
  }

  /** Why the thread ended; undefined for a living one. */
  get death(): Error | undefined {
    return this.#death;
  }

  tell(task: FeedTask): void {
    this.#thread.postMessage(task);
  }

  /** Rejects with its death if the thread ends before it answers. */
  ask(task: FeedTask): Promise<FeedAnswer> {
    return new Promise<FeedAnswer>((resolve, reject) => {
      if (this.#death) return reject(this.#death);
      this.#asked.push({ resolve, reject });
      this.#thread.ref();
      this.#thread.postMessage(task);
    });
  }

  #die(error: Error): void {
    this.#death = error;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }

  /** Keeps the process alive until the thread has ended, also where an answer is on its way. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#thread.terminate();
  }
}
