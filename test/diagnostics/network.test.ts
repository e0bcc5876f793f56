import { describe, expect, test } from "vitest";
import { network, type StepDraws } from "../../src/diagnostics/network.ts";
import { Tape } from "../../src/diagnostics/tape.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { range } from "../support/reference.ts";
import { DROPPING, SPECS, someParameters, someRows } from "../support/specs.ts";
import { PREDICTIONS } from "./golden/golden.ts";

const ROWS = 5;
const STEP = 1e-6;

const outputsOf = (spec: ModelSpec, parameters: Float64Array, x: Float64Array, draws?: StepDraws) =>
  network(new Tape(parameters, ROWS), spec, x, draws).outputs.map(({ values }) => [...values]);

test("a gate drops experts: its weights are a softmax over the others, or over all where none is left", () => {
  const { inputs: D, experts, tasks } = DROPPING;
  const E = experts.shared;
  const parameters = Float64Array.from(someParameters(DROPPING));
  const x = Float64Array.from(someRows(DROPPING, ROWS).x);
  const keeps = (k: number, n: number, e: number) => n > 0 && (n + e + k) % 3 > 0; // the first row drops all
  const factors = (layer: string) =>
    range(ROWS * E).map((i) => 2 * Number(keeps(Number(layer.split("/")[1]), Math.floor(i / E), i % E)));
  const { gates } = network(new Tape(parameters, ROWS), DROPPING, x, { factors });
  for (const k of range(tasks)) {
    const { offset } = parameterBlocks(DROPPING).find(({ name }) => name === `gates/${k}/0/kernel`) as {
      offset: number;
    };
    for (const n of range(ROWS)) {
      const powers = range(E).map((e) => {
        const logit = range(D).reduce((sum, d) => sum + x[n * D + d] * parameters[offset + d * E + e], 0);
        return n === 0 || keeps(k, n, e) ? Math.exp(logit) : 0;
      });
      const sum = powers.reduce((a, b) => a + b);
      for (const e of range(E)) expect(gates[k]?.weights.values[n * E + e]).toBeCloseTo(powers[e] / sum, 12);
    }
  }
});

/** What a step draws: some units are off, others doubled, and gates between tasks and experts are moved. */
const DRAWS: StepDraws = {
  factors: (layer, units) => range(ROWS * units).map((i) => 2 * Number((i + layer.length) % 3 > 0)),
  noise: (k, e) => 0.4 * k - 0.3 * e,
};

describe.each(SPECS.map((spec) => [spec.name, spec] as const))("network(tape, %s, x)", (name, spec) => {
  const parameters = Float64Array.from(someParameters(spec));
  const x = Float64Array.from(someRows(spec, ROWS).x);

  test("predicts as an independent program", () => {
    for (const [k, values] of outputsOf(spec, parameters, x).entries())
      for (const [n, value] of values.entries()) expect(value).toBeCloseTo(PREDICTIONS[name]?.[k]?.[n], 10);
  });

  test.each<[string, StepDraws]>([
    ["on held-out rows", {}],
    ["in a step", DRAWS],
  ])(
    "goes back to each tensor as central differences do, and reaches those that a task depends on (%s)",
    (_, draws) => {
      const weights = Float64Array.from({ length: ROWS }, (_, n) => (n + 1) / 7);
      const sumsAt = (p: number, by: number) => {
        const moved = parameters.with(p, parameters[p] + by);
        return outputsOf(spec, moved, x, draws).map((values) =>
          values.reduce((sum, value, n) => sum + value * weights[n], 0),
        );
      };
      const tape = new Tape(parameters, ROWS);
      const gradients = network(tape, spec, x, draws).outputs.map((output) => tape.back(output, weights));
      const isFixed = spec.gating === "detached"; // experts that a task sees but does not teach
      for (const { offset, size } of parameterBlocks(spec)) {
        const p = offset + Math.floor(0.4 * size); // at no end of an axis, so that swapped ones differ
        const [above, below] = [sumsAt(p, STEP), sumsAt(p, -STEP)];
        for (const [k, { values, reached }] of gradients.entries()) {
          const slope = (above[k] - below[k]) / (2 * STEP);
          if (reached[p] === 0) expect([values[p], isFixed || Math.abs(slope) < 1e-12]).toEqual([0, true]);
          else expect(Math.abs(values[p] - slope)).toBeLessThan(2e-7 * (1 + Math.abs(slope)));
        }
      }
    },
  );
});
