import { describe, expect, test } from "vitest";
import { checkSpec } from "../../src/models/check-spec.ts";
import { parameterCount } from "../../src/models/parameters.ts";
import type { Part } from "../../src/models/program.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../../src/models/zoo.ts";

const PAPER = { inputs: 100, tasks: 2 };
const PARTS: readonly Part[] = ["experts", "gates", "links", "towers", "outputs"];

/** Experts, gates, links, towers and outputs. */
const COUNTS: readonly (readonly [ModelName, readonly number[]])[] = [
  ["shared-bottom", [101 * 113, 0, 0, 2 * (113 * 8 + 8), 18]], // 13,255 in all
  ["shared-bottom-16", [101 * 16, 0, 0, 2 * (16 * 8 + 8), 18]],
  ["omoe", [8 * 101 * 16, 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["mmoe", [8 * 101 * 16, 2 * 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["single-task", [2 * 101 * 68, 0, 0, 2 * (68 * 8 + 8), 18]],
  ["single-task-wide", [2 * 101 * 128, 0, 0, 2 * (128 * 8 + 8), 18]],
  ["average", [8 * 101 * 16, 0, 0, 2 * (16 * 8 + 8), 18]],
  ["shared-bottom-matched", [101 * 126, 0, 0, 2 * (126 * 8 + 8), 18]],
  ["mmoe-deep-gate-1", [8 * 101 * 16, 2 * (101 * 16 + 17 * 8), 0, 2 * (16 * 8 + 8), 18]],
  ["mmoe-deep-gate-2", [8 * 101 * 16, 2 * (101 * 16 + 17 * 16 + 17 * 8), 0, 2 * (16 * 8 + 8), 18]],
  ["cgc", [8 * 101 * 16, 2 * 100 * 6, 0, 2 * (16 * 8 + 8), 18]],
  ["ple", [8 * 101 * 16 + 8 * 17 * 16, 100 * (6 + 6 + 8) + 16 * (6 + 6), 0, 2 * (16 * 8 + 8), 18]],
  ["mmoe-top-k", [8 * 101 * 16, 2 * 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["dselect-k", [8 * 101 * 16, 2 * 100 * 2 * (1 + 3), 0, 2 * (16 * 8 + 8), 18]],
  ["adatt", [2 * 101 * 64, 2 * 100 * 2, 0, 2 * (64 * 8 + 8), 18]],
  ["cross-stitch", [2 * 101 * 68, 0, 2 * 2, 2 * (68 * 8 + 8), 18]],
  ["snr-trans", [8 * 101 * 16, 0, 2 * 8 * (16 * 16 + 1), 2 * (16 * 8 + 8), 18]],
  ["l2-constrained", [2 * 101 * 68, 0, 0, 2 * (68 * 8 + 8), 18]],
  [
    "tensor-factorization", // kernels of 68 units: U, S_1 and S_2, V, v; then the biases
    [100 * 32 + 2 * 32 * 32 + 32 * 68 + 4 + 2 * 68, 0, 0, 68 * 32 + 2 * 32 * 8 + 8 * 8 + 4 + 16, 18],
  ],
  ["mmoe-detached", [8 * 101 * 16, 2 * 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["shared-bottom-linear", [101 * 113, 0, 0, 2 * (113 * 8 + 8), 18]],
  ["omoe-linear", [8 * 101 * 16, 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["mmoe-ex", [8 * 101 * 16, 2 * 100 * 6, 0, 2 * (16 * 8 + 8), 18]],
  ["mmoe-gate-dropout", [8 * 101 * 16, 2 * 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["mmoe-home", [8 * (101 * 16 + 2 * 16), 2 * 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["ppnet", [101 * 113, 2 * (101 * 16 + 17 * 8), 0, 2 * (113 * 8 + 8), 18]],
  ["mmoe-top-k-noisy", [8 * 101 * 16, 2 * 2 * 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
  ["mtan", [101 * 80 + 81 * 32, 2 * (81 * 16 + 17 * 32), 0, 2 * (32 * 8 + 8), 18]],
  ["logistic-regression", [0, 0, 0, 0, 2 * 101]],
  ["factorization-machine", [0, 0, 0, 0, 2 * (101 + 100 * 8)]],
  ["mmoe-linear", [8 * 101 * 16, 2 * 100 * 8, 0, 2 * (16 * 8 + 8), 18]],
];

test.each(COUNTS)("%s has %j parameters in experts, gates, links, towers and outputs", (name, counts) => {
  const spec = ZOO[name].build(PAPER);
  expect(PARTS.map((part) => parameterCount(spec, part))).toEqual(counts);
});

describe.each([2, 3, 5])("with %i tasks", (tasks) => {
  const dimensions = { inputs: 50, tasks };
  const total = (name: ModelName) => parameterCount(ZOO[name].build(dimensions));

  test.each(MODEL_NAMES)("%s is a model, under its own name", (name) => {
    const spec = ZOO[name].build(dimensions);
    expect(() => checkSpec(spec)).not.toThrow();
    expect(spec.name).toBe(name);
  });

  test.each(["single-task", "shared-bottom-matched"] as const)(
    "%s has mmoe's number of parameters within half of what a unit adds",
    (name) => {
      const model = ZOO[name].build(dimensions);
      const networks = name === "single-task" ? tasks : 1;
      const unit = networks * (50 + 1) + tasks * 8;
      expect(Math.abs(total(name) - total("mmoe"))).toBeLessThanOrEqual(unit / 2);
      expect(model.experts.perTask).toBe(name === "single-task" ? 1 : 0);
    },
  );
});

test.each(MODEL_NAMES)("%s says what it is in lines of at most 79 characters", (name) => {
  const { about, formula, source } = ZOO[name];
  for (const line of [`${"".padEnd(23)}${about}`, ...formula.map((line) => `  ${line}`)])
    expect(line.length).toBeLessThanOrEqual(79);
  expect(formula[0]).toMatch(/^y_k = t_k\(/);
  expect(source).not.toBe("");
});

test("mtan keeps a bottom of 32 units where masks alone are as large as mmoe", () => {
  for (const [inputs, tasks] of [
    [5, 2],
    [50, 16],
  ] as const)
    expect(ZOO.mtan.build({ inputs, tasks }).experts.layers).toEqual([32, 32]);
});
