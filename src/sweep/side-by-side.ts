import { byKind } from "../engines/abilities.ts";
import type { AnyRun, Engine, Hooks } from "../engines/engine.ts";
import { isCode } from "../models/code.ts";

/**
 * `main` for members of the family, and at the same time `other` for models in JavaScript; it gives up both if one
 * fails. Results say which of them trained. If `main` keeps states, those of members of the family are kept; models in
 * JavaScript begin again.
 */
export function sideBySide(main: Engine, other: Engine): Engine {
  const engineFor = (isOther: boolean) => (isOther ? other : main);
  const parts = (runs: readonly AnyRun[]): [Engine, readonly AnyRun[]][] => {
    const { specs, codes } = byKind(runs);
    return [[main, specs] as const, [other, codes] as const].filter(([, own]) => own.length > 0) as [
      Engine,
      AnyRun[],
    ][];
  };
  return {
    name: main.name,
    device: main.device,
    libraries: { ...main.libraries, ...other.libraries },
    beside: { name: other.name, device: other.device },
    ...(main.workers !== undefined && { workers: main.workers }),
    keepsStates: main.keepsStates,
    path: (model) => engineFor(isCode(model)).path(model),
    check: (run) => engineFor(isCode(run.model)).check(run),
    prepare: async (models, signal) => {
      for (const engine of [main, other])
        await engine.prepare?.(
          models.filter((model) => engineFor(isCode(model)) === engine),
          signal,
        );
    },
    train: (runs, hooks) => trainParts(parts(runs), hooks),
    memoryBytes: (runs) => parts(runs).reduce((sum, [engine, own]) => sum + engine.memoryBytes(own), 0),
    dispose: async () => {
      await Promise.all([main.dispose(), other.dispose()]);
    },
  };
}

async function trainParts(parts: readonly [Engine, readonly AnyRun[]][], hooks: Hooks): Promise<void> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, ...(hooks.signal ? [hooks.signal] : [])]);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    parts.map(async ([engine, runs]) => {
      const onResult: Hooks["onResult"] = (result) => hooks.onResult({ ...result, engine: engine.name });
      await engine.train(runs, { ...hooksFor(engine, hooks), signal, onResult }).catch((error: unknown) => {
        failure ??= { error };
        giveUp.abort();
      });
    }),
  );
  if (failure) throw failure.error;
}

/** An engine that keeps its runs may begin any, even if they can't end in time; one that does not is told to keep none. */
function hooksFor({ keepsStates }: Engine, { keeping, noMore, onBegin, ...hooks }: Hooks): Hooks {
  if (keeping && keepsStates) return { ...hooks, keeping };
  return { ...hooks, ...(noMore && { noMore }), ...(onBegin && { onBegin }) };
}
