import { expect, test } from "vitest";
import { lossesAndGradient } from "../../src/engines/tfjs/objective.ts";
import { pack, unpack } from "../../src/engines/tfjs/pack.ts";
import { relu } from "../../src/engines/tfjs/relu.ts";
import { loadTf } from "../../src/engines/tfjs/tf.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { expectClose } from "../support/close.ts";
import { numericGradient } from "../support/reference.ts";
import { SPECS, someParameters, someRows } from "../support/specs.ts";

const tf = await loadTf("tensorflow");
const B = 3;

test.each(SPECS)("lossesAndGradient($name) on TensorFlow is the gradient of central differences", (spec) => {
  const parameters = someParameters(spec, 1);
  const rows = someRows(spec, B, 1);
  const [gradient] = tf.tidy(() => {
    const batch = { x: tf.tensor(rows.x, [1, B, spec.inputs]), y: tf.tensor(rows.y, [1, B, spec.tasks]) };
    return unpack(spec, lossesAndGradient(tf, spec, pack(tf, spec, [parameters]), batch).gradient);
  }) as [Float32Array];
  const expected = numericGradient(spec, parameters, rows);
  for (const { offset, size } of parameterBlocks(spec))
    expectClose(gradient.subarray(offset, offset + size), expected.slice(offset, offset + size), 1e-5);
});

test("relu(x) and its gradient are tfjs's", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([-2, -0, 0, 1e-30, 3]);
    const dy = tf.tensor1d([1, 2, 3, 4, 5]);
    const [ours, tfjs] = [relu, (_: typeof tf, x: Parameters<typeof relu>[1]) => tf.relu(x)].map((call) =>
      tf.valueAndGrad((x) => call(tf, x))(x, dy),
    );
    expect(ours?.value.dataSync()).toEqual(tfjs?.value.dataSync());
    expect(ours?.grad.dataSync()).toEqual(tfjs?.grad.dataSync());
  });
});
