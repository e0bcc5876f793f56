import { describe, expect, test } from "vitest";
import { initialCode } from "../../../../src/engines/tfjs/code/initial-values.ts";
import { loadCode } from "../../../../src/engines/tfjs/code/load-code.ts";
import { initialKernel } from "../../../../src/models/initializers.ts";
import { keyOf } from "../../../../src/random/key.ts";
import { normals } from "../../../../src/random/normal.ts";
import { uniforms } from "../../../../src/random/philox.ts";
import { codeModel } from "../../../support/code-model.ts";
import { makeRun } from "../../../support/runs.ts";

interface Changes {
  readonly index?: number;
  readonly seed?: number;
  readonly name?: string;
  readonly initializer?: "glorot-uniform" | "lecun-uniform" | "lecun-normal" | "fan-in-normal";
}

/** The initial values of a run of a model with these parameters. */
async function initial(parameters: string, changes: Changes = {}) {
  const { name = "mine", initializer = "glorot-uniform", ...others } = changes;
  const model = codeModel(`export default { parameters: () => (${parameters}), forward() {} };`, { name });
  const run = { ...makeRun({ index: 3, seed: 4, ...others }, { initializer: { name: initializer } }), model };
  return initialCode(run, await loadCode(model));
}

const key = (tensor: string) => keyOf(`mmoe/seed=4/run=3/model=mine/${tensor}`);

describe("initialCode(run, loaded)", () => {
  test("begins matrices as the sweep's initializer says, each from its own stream, and others at 0", async () => {
    const values = await initial("{ w: [2, 3], b: [4], e: [2, 5, 3] }");
    const kernel = (from: number, to: number, tensor: string) =>
      initialKernel({ name: "glorot-uniform" }, from, to, key(tensor));
    expect(values).toEqual(
      Float32Array.from([...kernel(2, 3, "w"), 0, 0, 0, 0, ...kernel(5, 3, "e#0"), ...kernel(5, 3, "e#1")]),
    );
  });

  test.each(["lecun-uniform", "lecun-normal", "fan-in-normal"] as const)("begins a matrix by %s", async (name) => {
    const values = await initial("{ w: [7, 900] }", { initializer: name });
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(7 * variance).toBeCloseTo(name === "fan-in-normal" ? 0.774 : 1, 1); // standard error .015
  });

  test("takes a number for all, and what a function draws from streams of its own", async () => {
    const draw = "({ normals, uniforms, size, shape }) => [...normals(size - 2), shape[0], ...uniforms(1)]";
    const values = await initial(`{ a: { shape: [3], initial: 0.5 }, b: { shape: [2, 2], initial: ${draw} } }`);
    const drawn = [...normals(key("b#draw/0"), 2), 2, ...uniforms(key("b#draw/1"), 1)];
    expect(values).toEqual(Float32Array.from([0.5, 0.5, 0.5, ...drawn]));
  });

  test("begins a state at 0, or as it is drawn, from streams of its own", async () => {
    const normal = "{ shape: [2], initial: ({ normals }) => normals(2) }";
    const text = `export default { parameters: () => ({ w: ${normal} }), state: () => ({ m: [2, 3], w: ${normal} }), forward() {} };`;
    const model = codeModel(text);
    const loaded = await loadCode(model);
    const run = { ...makeRun({ index: 3, seed: 4 }), model };
    const drawn = normals(key("w#state#draw/0"), 2);
    expect(initialCode(run, loaded, "state")).toEqual(Float32Array.from([0, 0, 0, 0, 0, 0, ...drawn]));
    expect(initialCode(run, loaded)).toEqual(normals(key("w#draw/0"), 2));
  });

  test("gives other values to another run, seed and model", async () => {
    const w = "{ w: [2, 3] }";
    const all = [initial(w), initial(w, { index: 5 }), initial(w, { seed: 5 }), initial(w, { name: "other" })];
    const values = await Promise.all(all);
    expect(new Set(values.map(String)).size).toBe(4);
    expect(values[0]).toEqual(await initial(w));
  });

  test.each([
    ["() => [1, 2]", "parameters: w: initial: expected 3 finite numbers, got 2"],
    ["() => undefined", "parameters: w: initial: expected 3 finite numbers, got 0"],
    ["() => [1, NaN, 2]", "parameters: w: initial: expected 3 finite numbers, got NaN among them"],
    [
      "() => Array.from({ length: 3 }, Math.random)",
      ":1: draws random numbers: a run must give the same numbers again",
    ],
    ["() => nothing", ":1: nothing is not defined"],
  ])("refuses %s", async (draw, message) => {
    await expect(initial(`{ w: { shape: [3], initial: ${draw} } }`)).rejects.toThrow(message);
  });
});
