import type { Tensor } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { range } from "../../support/reference.ts";

const tf = await loadTf("cpu");

/** A tensor of numbers from -1 to 1, none of them near 0, where ReLU has no gradient. */
function numbers(...shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    range(size).map((i) => (i % 3 === 0 ? -1 : 1) * (0.2 + 0.8 * Math.abs(Math.sin(7 * i + size)))),
    shape,
  );
}

const other = numbers(2, 3, 4);
const row = numbers(1, 3, 1);

test.each<[string, number[], (x: Tensor) => Tensor]>([
  ["add", [2, 3, 4], (x) => tf.add(x, other)],
  ["add, repeated", [3, 1], (x) => tf.add(other, x)],
  ["sub", [2, 3, 4], (x) => tf.sub(other, x)],
  ["sub, repeated", [1, 3, 1], (x) => tf.sub(tf.sub(x, other), x)],
  ["mul", [2, 3, 4], (x) => tf.mul(tf.mul(x, other), x)],
  ["mul, repeated", [1, 3, 1], (x) => tf.mul(other, tf.mul(row, x))],
  ["relu", [2, 3, 4], (x) => tf.relu(x)],
  ["reshape", [6, 4], (x) => tf.reshape(x, [3, 8])],
  ["mean of an axis", [2, 3, 4], (x) => tf.mean(x, 1)],
  ["mean of the last axes, kept", [2, 3, 4], (x) => tf.mean(x, [1, 2], true)],
  ["concat", [2, 3, 4], (x) => tf.concat([other, x, tf.mul(x, 2)], 1)],
  ["concat of one", [2, 3], (x) => tf.concat([x], 1)],
  ["stack", [3, 4], (x) => tf.stack([x, tf.mul(x, x)], 1)],
  ["split", [2, 5], (x) => tf.concat([...tf.split(x, [3, 2], 1)].reverse(), 1)],
  ["slice", [4, 5], (x) => tf.slice(x, [1, 2], [2, 2])],
  ["slice to the end", [4, 5], (x) => tf.slice(x, [1, 2], [-1, 2])],
  ["transpose", [2, 3, 4], (x) => tf.transpose(x, [1, 2, 0])],
  ["softmax", [3, 4], (x) => tf.softmax(x)],
  ["matMul, left", [2, 5, 3], (x) => tf.matMul(x, other)],
  ["matMul, right", [2, 4, 6], (x) => tf.matMul(other, x)],
  ["matMul, left, of one matrix for all", [1, 5, 3], (x) => tf.matMul(x, other)],
  ["matMul, left, transposed", [2, 3, 5], (x) => tf.matMul(x, other, true)],
  ["matMul, left, of a transposed", [2, 5, 4], (x) => tf.matMul(x, other, false, true)],
  ["matMul, left, both transposed", [2, 4, 5], (x) => tf.matMul(x, other, true, true)],
  ["matMul, right, transposed", [2, 5, 4], (x) => tf.matMul(other, x, false, true)],
  ["matMul, right, of a transposed", [2, 3, 5], (x) => tf.matMul(other, x, true)],
  ["matMul, right, both transposed", [2, 5, 3], (x) => tf.matMul(other, x, true, true)],
  ["realDiv, left", [1, 3, 1], (x) => tf.div(x, other)],
  ["realDiv, right", [1, 3, 1], (x) => tf.div(other, tf.add(x, 2))],
  ["square", [2, 3], (x) => tf.square(x)],
  ["sum of an axis", [2, 3, 4], (x) => tf.sum(x, 1)],
  ["sum of the last axes, kept", [2, 3, 4], (x) => tf.sum(x, [1, 2], true)],
  ["sum of all", [2, 3], (x) => tf.sum(x)],
])("the gradient of %s is that of central differences", (_, shape, compute) => {
  const x = numbers(...shape);
  const weights = numbers(...compute(x).shape); // no output's gradient is another's
  const objective = (values: Tensor) => tf.sum(tf.mul(compute(values), weights));
  const { grads } = tf.valueAndGrads((v: Tensor) => compute(v))([x], weights);
  const gradient = grads[0].dataSync();
  const values = x.dataSync();
  for (const i of range(values.length)) {
    const moved = (by: number) =>
      objective(
        tf.tensor(
          values.map((value, j) => (i === j ? value + by : value)),
          shape,
        ),
      ).dataSync()[0];
    expect(gradient[i]).toBeCloseTo((moved(1 / 64) - moved(-1 / 64)) * 32, 2);
  }
});

test("the gradient of an operation that is not here is refused by name", () => {
  expect(() => tf.grad((x) => tf.tan(x))(numbers(3))).toThrow(/[Gg]radient .*Tan/);
});
