import { DiagnosticRecorder } from "../engines/diagnosing.ts";
import { initialParameters, type Run } from "../engines/engine.ts";
import { diagnosedSteps } from "../engines/evaluations.ts";
import type { ModelSpec } from "../models/spec.ts";

/** How often a run is diagnosed before it is timed: its code is compiled at the first uses. */
const WARM_UP = 3;

/**
 * What diagnosing `runs` takes one core, in milliseconds: a run of each model is diagnosed, and its time is that of all of
 * them. It takes the processor's time, so that other programs do not count.
 */
export function diagnosisMs(runs: readonly Run[]): number {
  const ofModel = new Map<ModelSpec, number>();
  return runs.reduce((total, run) => {
    if (run.diagnostics === undefined) return total;
    const ms = ofModel.get(run.model) ?? onceMs(run);
    ofModel.set(run.model, ms);
    return total + ms * diagnosedSteps(run.training).length;
  }, 0);
}

function onceMs(run: Run): number {
  const parameters = initialParameters(run);
  const recorder = new DiagnosticRecorder(run);
  for (let i = 0; i < WARM_UP; i++) recorder.add(i, parameters);
  const before = process.cpuUsage();
  recorder.add(WARM_UP, parameters);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
