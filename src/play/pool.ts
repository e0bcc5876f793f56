import kernelsUrl from "../engines/cpu/kernels/kernels.wasm?url";
import { runGroupsOf } from "../engines/cpu/run-group.ts";
import type { GeneratedRun } from "../engines/engine.ts";
import type { FromWorker, Job, Progress, ToWorker } from "./messages.ts";
import TrainingWorker from "./worker.ts?worker&inline";

const MOST_WORKERS = 8;

/** One worker less than the machine has cores: the page needs one. */
function workerCount(cores = navigator.hardwareConcurrency): number {
  return Math.max(1, Math.min(MOST_WORKERS, (cores || 2) - 1));
}

interface Listener {
  /** These runs are so far. */
  onProgress(runs: readonly GeneratedRun[], progress: readonly Progress[], message: FromWorker): void;
  onTrouble(words: string): void;
}

/** Workers that train jobs in their order, each one at a time. */
export class Pool {
  readonly #workers: readonly Worker[];
  readonly #working: (Job | undefined)[];
  readonly #listener: Listener;
  #waiting: Job[] = [];
  #number = 0;
  #paused = true;

  constructor(listener: Listener, count = workerCount()) {
    this.#listener = listener;
    const module = new WebAssembly.Module(bytesOf(kernelsUrl));
    this.#working = new Array<undefined>(count).fill(undefined);
    this.#workers = Array.from({ length: count }, (_, i) => {
      const worker = new TrainingWorker();
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(i, data);
      worker.onerror = ({ message }) => listener.onTrouble(message);
      this.#send(worker, { kind: "kernels", module });
      return worker;
    });
  }

  get count(): number {
    return this.#workers.length;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#working.every((job) => job === undefined);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Adds runs to what is to be trained; those that share rows are dealt among the workers. */
  add(runs: readonly GeneratedRun[], how: Pick<Job, "watched" | "keepParameters">): void {
    for (const group of runGroupsOf(runs, this.count)) {
      this.#waiting.push({ number: this.#number++, runs: group.map((i) => runs[i]), ...how });
    }
    this.#deal();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    for (const worker of this.#workers) this.#send(worker, { kind: "pause", paused });
  }

  /** Drops all jobs; nothing more is heard of them. */
  clear(): void {
    this.#waiting = [];
    this.#working.fill(undefined);
    for (const worker of this.#workers) this.#send(worker, { kind: "stop" });
  }

  #deal(): void {
    for (const [i, worker] of this.#workers.entries()) {
      if (this.#working[i] !== undefined) continue;
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#working[i] = job;
      this.#send(worker, { kind: "train", job, paused: this.#paused });
    }
  }

  #hear(i: number, message: FromWorker): void {
    const job = this.#working[i];
    if (job?.number !== message.job) return; // of a job that was dropped
    if (message.done) {
      this.#working[i] = undefined;
      this.#deal();
    }
    this.#listener.onProgress(job.runs, message.runs, message);
  }

  #send(worker: Worker, message: ToWorker): void {
    worker.postMessage(message);
  }
}

/** The bytes of a data URL. */
function bytesOf(url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
}
