import { expect, test } from "vitest";
import { DrawSource } from "../../../../src/engines/tfjs/model/draws.ts";
import { keyOf } from "../../../../src/random/key.ts";
import { normalsInto } from "../../../../src/random/normal.ts";
import { codeModel, LINEAR } from "../../../support/code-model.ts";
import { codeRun } from "../runs.ts";

const run = codeRun(codeModel(LINEAR), { seed: 5, index: 17 });

function drawn(kind: "normals" | "uniforms", i: number, step: number, size = 7): Float32Array {
  const out = new Float32Array(size);
  new DrawSource(run).fill(out, kind, i, step);
  return out;
}

test("a DrawSource's normals are of the stream that run, model, draw and step name", () => {
  const expected = new Float32Array(7);
  normalsInto(expected, keyOf("mmoe/seed=5/run=17/model=mine/#random/3"), 0, 11);
  expect(drawn("normals", 3, 11)).toEqual(expected);
});

test("a DrawSource's draws are all different, and the same when they are drawn again", () => {
  const places = [
    [0, 1],
    [1, 1],
    [0, 2],
  ] as const;
  for (const kind of ["normals", "uniforms"] as const) {
    const all = places.flatMap(([i, step]) => [...drawn(kind, i, step)]);
    expect(new Set(all).size).toBe(all.length);
    expect(places.flatMap(([i, step]) => [...drawn(kind, i, step)])).toEqual(all);
  }
});

test("a DrawSource's uniforms have the moments of uniform numbers, and none is 0 or 1", () => {
  const values = drawn("uniforms", 0, 1, 40_000);
  const mean = (of: (value: number) => number) => values.reduce((sum, value) => sum + of(value), 0) / values.length;
  expect(mean((value) => value)).toBeCloseTo(1 / 2, 2);
  expect(mean((value) => value ** 2)).toBeCloseTo(1 / 3, 2);
  expect(values.every((value) => value > 0 && value < 1)).toBe(true);
});
