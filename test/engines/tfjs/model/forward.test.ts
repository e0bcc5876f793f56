import { beforeAll, describe, expect, test } from "vitest";
import { predict } from "../../../../src/engines/tfjs/model/forward.ts";
import { layersOf, pack } from "../../../../src/engines/tfjs/model/pack.ts";
import { type Backend, loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { predictRows, range } from "../../../support/reference.ts";
import { MMOE, SPECS, someParameters, someRows } from "../../../support/specs.ts";

const R = 2;
const B = 3;

describe.each<Backend>(["wasm", "cpu"])("on %s", (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await loadTf(backend);
  });

  test.each(SPECS)(
    "predict($name) is the model in float64, each replica on its own rows, and leaves no tensor",
    (spec) => {
      const parameters = range(R).map((r) => someParameters(spec, r));
      const { x } = someRows(spec, R * B);
      const size = B * spec.inputs;
      const expected = parameters.flatMap((of, r) =>
        predictRows(spec, of, x.subarray(r * size, (r + 1) * size)).flat(),
      );
      tf.tidy(() => {
        const layers = layersOf(spec, pack(tf, spec, parameters));
        const rows = tf.tensor(x, [R, B, spec.inputs]);
        const before = tf.memory().numTensors;
        const predictions = predict(tf, spec, layers, rows);
        expect(tf.memory().numTensors).toBe(before + 1);
        expectClose(predictions.dataSync(), expected, 2e-6);
      });
    },
  );

  test("predict(x) refuses rows of another width by name", () => {
    tf.tidy(() => {
      const layers = layersOf(MMOE, pack(tf, MMOE, [someParameters(MMOE)]));
      expect(() => predict(tf, MMOE, layers, tf.zeros([2, 3, 9]))).toThrow(
        "predict: mmoe: x: expected shape [R=2, B=3, D=4], got [2, 3, 9]",
      );
    });
  });
});
