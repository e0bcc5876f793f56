import { beforeAll, expect, test } from "vitest";
import { layersOf, pack, unpack } from "../../../src/engines/tfjs/pack.ts";
import { loadTf, type Tf } from "../../../src/engines/tfjs/tf.ts";
import { parameterCount } from "../../../src/models/parameters.ts";
import { DEEP, SPECS, someParameters } from "../../support/specs.ts";

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

test("layersOf(spec, tensors): first layers that read x are wide, later ones a kernel a member, towers end in an output", () => {
  tf.tidy(() => {
    const layers = layersOf(DEEP, pack(tf, DEEP, [someParameters(DEEP), someParameters(DEEP)]));
    const shapes = Object.values(layers).map((stack) => stack.map(({ kernel, bias }) => [kernel.shape, bias?.shape]));
    expect(shapes).toEqual([
      [
        [
          [2, 4, 5 * 8],
          [2, 1, 5 * 8],
        ],
        [
          [2, 5, 8, 6],
          [2, 5, 1, 6],
        ],
      ],
      [
        [
          [2, 4, 3 * 9],
          [2, 1, 3 * 9],
        ],
        [
          [2, 3, 9, 5],
          [2, 3, 1, 5],
        ],
      ],
      [
        [
          [2, 3, 6, 7],
          [2, 3, 1, 7],
        ],
        [
          [2, 3, 7, 10],
          [2, 3, 1, 10],
        ],
        [
          [2, 3, 10, 1],
          [2, 3, 1, 1],
        ],
      ],
    ]);
  });
});

test("pack(parameters) refuses another number of parameters", () => {
  expect(() => pack(tf, DEEP, [new Float32Array(7)])).toThrow(/^pack: deep: expected \d+ parameters, got 7$/);
});
