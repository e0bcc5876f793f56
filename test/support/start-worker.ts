import { Worker } from "node:worker_threads";
import type { startWorker as ofSource } from "../../src/start-worker.ts";

const [SRC, DIST] = ["src", "dist"].map((folder) => new URL(`../../${folder}/`, import.meta.url).href) as [
  string,
  string,
];

/**
 * As that of `src/`, which it stands for in tests, but from `dist/`: a loader for TypeScript in each worker would take longer
 * than what most of them train.
 */
export const startWorker: typeof ofSource = (from, name, workerData, transferList = []) =>
  new Worker(new URL(`./${name}.js`, from.replace(SRC, DIST)), { workerData, transferList });
