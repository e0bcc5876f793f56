import { type TransferListItem, Worker } from "node:worker_threads";

const [SRC, DIST] = ["src", "dist"].map((folder) => new URL(`../../${folder}/`, import.meta.url).href) as [
  string,
  string,
];

/**
 * As that of `src/`, which it stands for in tests, but from `dist/`: a loader for TypeScript in each worker would take longer
 * than what most of them train.
 */
export function startWorker(
  from: string,
  name: string,
  workerData?: unknown,
  transferList: TransferListItem[] = [],
): Worker {
  return new Worker(new URL(`./${name}.js`, from.replace(SRC, DIST)), { workerData, transferList });
}
