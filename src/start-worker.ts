import { type TransferListItem, Worker } from "node:worker_threads";

/**
 * Starts the worker whose file is `name` beside the module `from` (its import.meta.url). Not compiled (tests, benchmarks)
 * it needs a loader, set up by its first lines.
 */
export function startWorker(
  from: string,
  name: string,
  workerData?: unknown,
  transferList: TransferListItem[] = [],
): Worker {
  if (!from.endsWith(".ts")) return new Worker(new URL(`./${name}.js`, from), { workerData, transferList });
  const [loader, file] = [import.meta.resolve("tsx/esm/api"), new URL(`./${name}.ts`, from)];
  const lines = `import("${loader}").then(({ register }) => { register(); return import("${file}"); });`;
  return new Worker(lines, { workerData, transferList, eval: true });
}
