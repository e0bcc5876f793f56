import { totalmem } from "node:os";
import { type Config, configAt } from "../config/config.ts";
import { checkPath } from "../config/refused.ts";
import { tunedFor } from "../config/tuned.ts";
import type { AnyRun, Engine } from "../engines/engine.ts";
import { numbering } from "../engines/numbering.ts";
import { UsageError } from "../errors.ts";
import { NO_CHOICE } from "../identity/cell.ts";
import { megabytes } from "../units.ts";

/**
 * Refuses all that would stop a run before its first step: a setting that its path does not train, what its engine can't
 * train, a file that is no model, and a sweep that memory can't hold. Everything that trains, or says that
 * it would, asks here before it writes. Gives the bytes that training takes.
 */
export async function checkRuns(
  runs: readonly AnyRun[],
  config: Config,
  engine: Engine,
  signal?: AbortSignal,
): Promise<number> {
  await checkTrainable(runs, config, engine, signal);
  if (signal?.aborted) return 0;
  const bytes = engine.memoryBytes(runs);
  if (bytes <= totalmem()) return bytes;
  const sizes = `${megabytes(bytes)}, this machine has ${megabytes(totalmem())}`;
  throw new UsageError(`training needs about ${sizes}; give fewer trainRows or heldoutRows, or a smaller batch`);
}

/** Throws UsageError for what an engine refuses to train, without a look at memory: another machine may train the runs. */
export async function checkTrainable(
  runs: readonly AnyRun[],
  config: Config,
  engine: Engine,
  signal?: AbortSignal,
): Promise<void> {
  const kinds = oneOfEachKind(runs);
  for (const run of kinds) {
    const { model, correlation, point = {} } = run;
    checkPath(engine.path(run), model.name, tunedFor(configAt(config, point), model.name, correlation));
    engine.check(run);
  }
  await engine.prepare?.(kinds, signal);
}

/** A run of each cell: those of a cell differ in their numbers alone. */
function oneOfEachKind(runs: readonly AnyRun[]): AnyRun[] {
  const number = numbering((part: object) => part);
  const kinds = new Map<string, AnyRun>();
  for (const run of runs) {
    const { model, training, correlation, point = NO_CHOICE } = run;
    const kind = [number(model), number(training), number(point), correlation].join();
    if (!kinds.has(kind)) kinds.set(kind, run);
  }
  return [...kinds.values()];
}
