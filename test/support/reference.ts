// The model family in float64, on the tape of diagnostics: what engines are tested against. test/diagnostics compares the tape with an
// independent program and with central differences.
import type { Rows } from "../../src/data/task-set.ts";
import { type Network, network } from "../../src/diagnostics/network.ts";
import { Tape } from "../../src/diagnostics/tape.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import type { ModelSpec, Selection } from "../../src/models/spec.ts";

/** The factors [units] of a ReLU layer, e.g. `experts/3/0`, or normals [E] of a gate, `gates/0`, in one row. */
export type Factors = (layer: string, row: number, units: number) => ArrayLike<number>;

/** log u - log(1 - u) of the gate between task k and expert e at a step. */
export type Noise = (k: number, e: number) => number;

/** What a step draws; held-out rows have none of it. */
interface Draws {
  readonly factors?: Factors | undefined;
  readonly normals?: Factors | undefined;
  readonly noise?: Noise | undefined;
}

function run(
  spec: ModelSpec,
  parameters: ArrayLike<number>,
  x: ArrayLike<number>,
  { factors, normals, noise }: Draws = {},
) {
  const B = x.length / spec.inputs;
  const tape = new Tape(parameters, B);
  const ofRows = (of: Factors | undefined) =>
    of && ((name: string, units: number) => range(B).flatMap((row) => values(of(name, row, units))));
  const draws = { noise, factors: ofRows(factors), normals: ofRows(normals) };
  return { tape, net: network(tape, spec, Float64Array.from(x), draws) };
}

const values = (of: ArrayLike<number> = []) => Array.from(of);

/** Rows x [B, D] → predictions [B][K]. */
export function predictRows(
  spec: ModelSpec,
  parameters: ArrayLike<number>,
  x: ArrayLike<number>,
  draws?: Draws,
): number[][] {
  const { outputs } = run(spec, parameters, x, draws).net;
  return range(x.length / spec.inputs).map((b) => outputs.map((output) => output.values[b]));
}

/** Prediction less label of task k, [B]; NaN where the label is missing. */
function errorsOf({ outputs }: Network, k: number, y: ArrayLike<number>): Float64Array {
  const K = outputs.length;
  return outputs[k].values.map((value, b) => value - y[b * K + k]);
}

/** Mean squared error by task, [K], over those of rows x [B, D], y [B, K] that have a label; 0 where none has. */
export function taskLosses(spec: ModelSpec, parameters: ArrayLike<number>, { x, y }: Rows, draws?: Draws): number[] {
  const { net } = run(spec, parameters, x, draws);
  return range(spec.tasks).map((k) => {
    const known = errorsOf(net, k, y).filter((error) => !Number.isNaN(error));
    return known.reduce((sum, error) => sum + error ** 2, 0) / Math.max(1, known.length);
  });
}

/** The gradient of each task's loss, [K][P], in canonical order. */
export function taskGradients(spec: ModelSpec, parameters: ArrayLike<number>, rows: Rows, draws?: Draws): number[][] {
  const { tape, net } = run(spec, parameters, rows.x, draws);
  return lossGradients(tape, net, rows.y).map((slopes) => [...slopes]);
}

function lossGradients(tape: Tape, net: Network, y: ArrayLike<number>): Float64Array[] {
  return net.outputs.map((output, k) => {
    const errors = errorsOf(net, k, y);
    const count = Math.max(1, errors.filter((error) => !Number.isNaN(error)).length);
    return tape.back(
      output,
      errors.map((error) => (Number.isNaN(error) ? 0 : (2 * error) / count)),
    ).values;
  });
}

/** The gradient [P] of the objective: the sum of the task losses, of what gates add, and of the L2 constraint. */
export function objectiveGradient(
  spec: ModelSpec,
  parameters: ArrayLike<number>,
  rows: Rows,
  draws?: Draws,
): Float64Array {
  const { tape, net } = run(spec, parameters, rows.x, draws);
  const parts = [
    ...lossGradients(tape, net, rows.y),
    ...entropyGradients(tape, net, spec),
    ...importanceGradients(tape, net, spec),
    constraintGradient(spec, tape),
  ];
  const total = new Float64Array(tape.parameters.length);
  for (const part of parts) for (const [p, slope] of part.entries()) total[p] += slope;
  return total;
}

/** Of each selecting gate: its selectors' entropies, a mean over rows, times the model's weight of them. */
function entropyGradients(tape: Tape, { selections }: Network, { gate: { select } }: ModelSpec): Float64Array[] {
  if (select === undefined) return [];
  return selections.map((outputs) => {
    const seed = outputs.values.map((value, i) => {
      const row = Math.floor(i / outputs.width) * outputs.width;
      const entropyAt = (moved: number) => {
        const of = [...outputs.values.subarray(row, row + outputs.width)];
        of[i - row] = moved;
        return selectorEntropy(of, select);
      };
      return ((select.entropy / tape.rows) * (entropyAt(value + STEP) - entropyAt(value - STEP))) / (2 * STEP);
    });
    return tape.back(outputs, seed).values;
  });
}

/** Of each gate: its experts' squared coefficient of variation, of the sums of their weights over the batch, times the model's factor. */
function importanceGradients(tape: Tape, { allGates }: Network, { gate: { importance } }: ModelSpec): Float64Array[] {
  if (!importance) return [];
  return allGates.map(({ weights, seen }) => {
    const sums = seen.map((_, e) =>
      weights.values.reduce((sum, weight, i) => (i % seen.length === e ? sum + weight : sum), 0),
    );
    const variation = (e: number, by: number) => {
      const moved = sums.with(e, sums[e] + by);
      const mean = moved.reduce((a, b) => a + b) / moved.length;
      return moved.reduce((sum, one) => sum + (one - mean) ** 2, 0) / moved.length / mean ** 2;
    };
    const slopes = seen.map((_, e) => (importance * (variation(e, STEP) - variation(e, -STEP))) / (2 * STEP));
    return tape.back(
      weights,
      weights.values.map((_, i) => slopes[i % seen.length]),
    ).values;
  });
}

const STEP = 1e-6;

/** DSelect-k: of a row's outputs a [k], z [k, bits], the sum of the entropies of r(z_i), where r(z)_e = prod_b of S(z_b) or 1 - S(z_b). */
function selectorEntropy(outputs: readonly number[], { experts: k, gamma }: Selection): number {
  const bits = outputs.length / k - 1;
  const smoothStep = (t: number): number => {
    if (Math.abs(t) >= gamma / 2) return t > 0 ? 1 : 0;
    return (-2 / gamma ** 3) * t ** 3 + (3 / (2 * gamma)) * t + 0.5;
  };
  const shares = range(k).flatMap((i) => {
    const steps = range(bits).map((b) => smoothStep(outputs[k + i * bits + b]));
    return range(2 ** bits).map((e) => steps.reduce((r, s, b) => r * ((e >> b) % 2 === 1 ? s : 1 - s), 1));
  });
  return shares.reduce((sum, r) => sum - r * Math.log(r + 1e-6), 0);
}

/** Of the constraint times the squared distances between the parameters of each two tasks' networks. */
function constraintGradient({ constraint = 0, tasks, ...spec }: ModelSpec, { parameters }: Tape): Float64Array {
  const slopes = new Float64Array(parameters.length);
  if (constraint === 0) return slopes;
  const ofTask = range(tasks).map((k) =>
    parameterBlocks({ ...spec, constraint, tasks })
      .filter(({ network }) => network === `experts/${k}` || network === `towers/${k}`)
      .flatMap(({ offset, size }) => range(size).map((i) => offset + i)),
  );
  for (const own of ofTask)
    for (const other of ofTask)
      for (const [i, p] of own.entries()) {
        const apart = parameters[p] - parameters[other[i]];
        slopes[p] += 2 * constraint * apart;
      }
  return slopes;
}

export function range(count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(i); // Array.from takes ten times as long
  return numbers;
}
