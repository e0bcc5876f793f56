import { describe, expect, test } from "vitest";
import { network } from "../../src/diagnostics/network.ts";
import { Tape } from "../../src/diagnostics/tape.ts";
import { predictor, range } from "../support/reference.ts";
import { SPECS, someParameters, someRows } from "../support/specs.ts";

const ROWS = 5;
const STEP = 1e-6;

describe.each(SPECS.map((spec) => [spec.name, spec] as const))("network(tape, %s, x)", (_, spec) => {
  const parameters = Float64Array.from(someParameters(spec));
  const x = Float64Array.from(someRows(spec, ROWS).x);
  const tape = new Tape(parameters, ROWS);
  const { outputs } = network(tape, spec, x);

  const moved = Float64Array.from(parameters);
  const predict = predictor(spec, moved);
  const rows = () => range(ROWS).map((n) => predict(x.subarray(n * spec.inputs, (n + 1) * spec.inputs), n));

  test("predicts as the plain model, row by row", () => {
    for (const [n, row] of rows().entries())
      for (const [k, value] of row.entries()) expect(outputs[k]?.values[n]).toBeCloseTo(value, 10);
  });

  test("goes back to each parameter as central differences do, and reaches those that a task depends on", () => {
    const weights = Float64Array.from({ length: ROWS }, (_, n) => (n + 1) / 7);
    const sumsAt = (i: number, value: number) => {
      moved[i] = value;
      const all = rows();
      moved[i] = parameters[i] as number;
      return range(spec.tasks).map((k) =>
        all.reduce((sum, row, n) => sum + (row[k] as number) * (weights[n] as number), 0),
      );
    };
    const gradients = outputs.map((output) => tape.back(output, weights));
    for (let i = 0; i < parameters.length; i += 7) {
      const value = parameters[i] as number;
      const [above, below] = [sumsAt(i, value + STEP), sumsAt(i, value - STEP)];
      for (const [k, { values, reached }] of gradients.entries()) {
        const slope = ((above[k] as number) - (below[k] as number)) / (2 * STEP);
        expect(Math.abs((values[i] as number) - slope)).toBeLessThan(2e-7 * (1 + Math.abs(slope)));
        if (reached[i] === 0) expect([values[i], Math.abs(slope) < 1e-12]).toEqual([0, true]);
      }
    }
  });
});
