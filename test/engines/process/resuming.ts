import type { AnyRun, Engine, Keeping, RunResult, RunState } from "../../../src/engines/engine.ts";
import { resultsOf } from "../tfjs/runs.ts";

/** The result of a run that keeps its state as often as it can, and those of its states that are between two steps. */
export async function keptBetween(
  engine: Engine,
  run: AnyRun,
  [from, to]: readonly [number, number],
): Promise<{ whole: RunResult | undefined; states: RunState[] }> {
  const states: RunState[] = [];
  const keeping: Keeping = {
    states: new Map(),
    everyMs: 0,
    onState: (_, state) => states.push(structuredClone(state)),
  };
  const [whole] = await resultsOf(engine, [run], { keeping });
  return { whole, states: states.filter(({ step }) => step > from && step < to) };
}

/** The result of a run that goes on from a state, and saves its own all the time. */
export async function resumed(engine: Engine, run: AnyRun, state: RunState): Promise<RunResult | undefined> {
  const keeping: Keeping = { states: new Map([[run.id, state]]), everyMs: 0, onState: () => undefined };
  const [rest] = await resultsOf(engine, [run], { keeping });
  return rest;
}
