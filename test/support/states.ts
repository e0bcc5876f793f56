import type { AnyRun, RunState } from "../../src/engines/engine.ts";
import { evaluationSteps } from "../../src/engines/evaluations.ts";
import { valuesOf } from "../../src/engines/training-settings.ts";
import { isCode } from "../../src/models/code.ts";
import { parameterCount } from "../../src/models/parameters.ts";

/** A state of a run at a step, of numbers that are all different. */
export function stateOf(run: AnyRun, step: number): RunState {
  const { model, training } = run;
  const steps = evaluationSteps(training).filter((at) => at <= step);
  const losses = (first: number) => steps.map((at) => Array.from({ length: model.tasks }, (_, k) => (first + k) / at));
  const [count, size] = isCode(model) ? [1, 7] : [valuesOf(training), parameterCount(model)];
  const blocks = Array.from({ length: count }, (_, i) => i);
  return {
    step,
    values: blocks.map((i) => Float32Array.from({ length: size }, (_, n) => (i + 1) / (n + 3) - 0.1)),
    noBias: blocks.map((i) => -(i + 1) * 1e-9),
    powers: [0.9 ** step, 0.999 ** step],
    sums: Array.from({ length: model.tasks }, (_, k) => 7 / (k + 3)),
    curve: { steps, train: losses(2), heldout: losses(11) },
    elapsedMs: 1234.5,
  };
}
