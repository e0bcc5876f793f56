import type { AnyRun, Engine, Hooks } from "../engines/engine.ts";

/**
 * `main` and, at the same time, `other` for the runs that `goesBeside` names; it gives up both if one fails. Results say which of them trained. The states of runs are kept whose engine does; others
 * begin again.
 */
export function sideBySide(main: Engine, other: Engine, goesBeside: (run: AnyRun) => boolean): Engine {
  const engineFor = (run: AnyRun) => (goesBeside(run) ? other : main);
  const parts = (runs: readonly AnyRun[]) =>
    [main, other]
      .map((engine): Part => [engine, runs.filter((run) => engineFor(run) === engine)])
      .filter(([, own]) => own.length > 0);
  return {
    name: main.name,
    device: main.device,
    get libraries() {
      return { ...main.libraries, ...other.libraries };
    },
    get deterministic() {
      return { ...main.deterministic, ...other.deterministic };
    },
    get givesWeights() {
      return { ...main.givesWeights, ...other.givesWeights };
    },
    get beside() {
      return [...(main.beside ?? []), { name: other.name, device: other.device }];
    },
    ...(main.workers !== undefined && { workers: main.workers }),
    keepsStates: main.keepsStates || other.keepsStates,
    path: (run) => engineFor(run).path(run),
    check: (run) => engineFor(run).check(run),
    inOneCall: (run) => engineFor(run).inOneCall?.(run) ?? 1,
    prepare: async (runs, signal) => {
      await main.prepare?.(runs, signal);
      await other.prepare?.(runs, signal);
    },
    train: (runs, hooks) => trainParts(parts(runs), hooks),
    memoryBytes: (runs) => parts(runs).reduce((sum, [engine, own]) => sum + engine.memoryBytes(own), 0),
    dispose: async () => {
      await Promise.all([main.dispose(), other.dispose()]);
    },
  };
}

type Part = readonly [Engine, readonly AnyRun[]];

async function trainParts(parts: readonly Part[], hooks: Hooks): Promise<void> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, ...(hooks.signal ? [hooks.signal] : [])]);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    parts.map(async ([engine, runs]) => {
      const onResult: Hooks["onResult"] = (result) => hooks.onResult({ engine: engine.name, ...result });
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
