import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import {
  joined,
  layersOf,
  pack,
  type StackedLayer,
  separated,
  unpack,
} from "../../../../src/engines/tfjs/model/pack.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { parameterCount } from "../../../../src/models/parameters.ts";
import { DEEP, SPECS, someParameters } from "../../../support/specs.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

test.each(SPECS)("unpack($name, pack(parameters)) gives the parameters back", (spec) => {
  const parameters = [someParameters(spec, 0), someParameters(spec, 1)];
  tf.tidy(() => {
    const tensors = pack(tf, spec, parameters);
    expect(tensors.reduce((sum, { size }) => sum + size, 0)).toBe(2 * parameterCount(spec));
    expect(unpack(spec, tensors)).toEqual(parameters);
  });
});

test.each(SPECS)("separated($name, joined(tensors)) gives the tensors back", (spec) => {
  tf.tidy(() => {
    const tensors = pack(tf, spec, [someParameters(spec, 0), someParameters(spec, 1)]);
    const whole = joined(tf, tensors);
    expect(whole.shape).toEqual([2, parameterCount(spec)]);
    const values = (all: Tensor[]) => all.map((tensor) => [tensor.shape, tensor.dataSync()]);
    expect(values(separated(tf, spec, whole))).toEqual(values(tensors));
  });
});

test("layersOf(pack(parameters)): one kernel of all that read x, later ones a kernel a member, towers end in an output", () => {
  tf.tidy(() => {
    const layers = layersOf(DEEP, pack(tf, DEEP, [someParameters(DEEP), someParameters(DEEP)]));
    const shapes = ({ kernel, bias }: StackedLayer) => [kernel.shape, bias?.shape];
    expect(layers.first.shape).toEqual([2, 4, 5 * 8 + 3 * 9]);
    expect([layers.experts.bias?.shape, layers.gates.bias?.shape]).toEqual([
      [2, 1, 5 * 8],
      [2, 1, 3 * 9],
    ]);
    expect([...layers.experts.deeper, ...layers.gates.deeper, ...layers.towers].map(shapes)).toEqual(
      [
        [5, 8, 6],
        [3, 9, 5],
        [3, 6, 7],
        [3, 7, 10],
        [3, 10, 1],
      ].map(([n, from, to]) => [
        [2, n, from, to],
        [2, n, 1, to],
      ]),
    );
  });
});

test("pack(parameters) refuses another number of parameters", () => {
  expect(() => pack(tf, DEEP, [new Float32Array(7)])).toThrow(/^pack: deep: expected \d+ parameters, got 7$/);
});
