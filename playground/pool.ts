import { runGroupsOf } from "../src/engines/cpu/run-group.ts";
import type { GeneratedRun } from "../src/engines/engine.ts";
import type { FromWorker, Job, ToWorker } from "./worker.ts";
import TrainingWorker from "./worker.ts?worker&inline";

const MOST_WORKERS = 8;

interface Listener {
  /** How far these runs are. */
  onProgress(runs: readonly GeneratedRun[], message: FromWorker): void;
  onTrouble(words: string): void;
}

/** Workers that train jobs in their order, each one at a time: one less than the machine has cores, as the page needs one. */
export class Pool {
  readonly #workers: readonly Worker[];
  readonly #working: (Job | undefined)[];
  readonly #listener: Listener;
  #waiting: Job[] = [];
  #number = 0;
  #paused = true;

  constructor(listener: Listener) {
    this.#listener = listener;
    const count = Math.max(1, Math.min(MOST_WORKERS, (navigator.hardwareConcurrency || 2) - 1));
    this.#working = new Array<undefined>(count).fill(undefined);
    this.#workers = Array.from({ length: count }, (_, i) => {
      const worker = new TrainingWorker();
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(i, data);
      worker.onerror = ({ message }) => listener.onTrouble(message);
      return worker;
    });
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#working.every((job) => job === undefined);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Adds runs to what is to be trained; those that share rows are dealt among the workers. */
  add(runs: readonly GeneratedRun[], isShown: boolean): void {
    for (const group of runGroupsOf(runs, this.#workers.length)) {
      this.#waiting.push({ number: this.#number++, runs: group.map((i) => runs[i]), isShown });
    }
    this.#deal();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#tellAll({ kind: "pause", paused });
  }

  /** Drops all jobs; nothing more is heard of them. */
  clear(): void {
    this.#waiting = [];
    this.#working.fill(undefined);
    this.#tellAll({ kind: "stop" });
  }

  #deal(): void {
    for (const [i, worker] of this.#workers.entries()) {
      if (this.#working[i] !== undefined) continue;
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#working[i] = job;
      worker.postMessage({ kind: "train", job } satisfies ToWorker);
    }
  }

  #hear(i: number, message: FromWorker): void {
    const job = this.#working[i];
    if (job?.number !== message.job) return; // of a job that was dropped
    if (message.done) {
      this.#working[i] = undefined;
      this.#deal();
    }
    this.#listener.onProgress(job.runs, message);
  }

  #tellAll(message: ToWorker): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }
}
