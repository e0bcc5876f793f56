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
const near = tf.mul(row, 0.1); // of 0: never as large as the others
const distinct = tf.tensor([1, 2, 4, 8]);
const masked = (x: Tensor) =>
  tf.logicalOr(tf.logicalNot(tf.greater(x, near)), tf.logicalAnd(tf.greaterEqual(x, near), tf.notEqual(x, near)));

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
  ["abs", [2, 3], (x) => tf.abs(x)],
  ["cast", [2, 3], (x) => tf.cast(x, "float32")],
  ["clipByValue", [4, 5], (x) => tf.clipByValue(x, -0.55, 0.45)],
  ["cos", [2, 3], (x) => tf.cos(x)],
  ["elu", [2, 3], (x) => tf.elu(x)],
  ["erf", [2, 3], (x) => tf.erf(x)],
  ["exp", [2, 3], (x) => tf.exp(x)],
  ["expandDims", [2, 3], (x) => tf.expandDims(x, 1)],
  ["expm1", [2, 3], (x) => tf.expm1(x)],
  ["floor", [2, 3], (x) => tf.add(x, tf.floor(x))],
  ["leakyRelu", [2, 3], (x) => tf.leakyRelu(x, 0.3)],
  ["log", [2, 3], (x) => tf.log(tf.add(x, 2))],
  ["log1p", [2, 3], (x) => tf.log1p(tf.mul(x, 0.7))],
  ["logSoftmax", [3, 4], (x) => tf.logSoftmax(x)],
  ["logSumExp", [3, 4], (x) => tf.logSumExp(x, 1)],
  ["max of an axis", [1, 3, 4], (x) => tf.max(tf.concat([x, tf.mul(x, 0.1)], 0), 0)],
  ["maximum", [2, 3, 4], (x) => tf.add(tf.maximum(x, near), tf.square(tf.maximum(near, x)))],
  ["min of the last axes, kept", [2, 3, 4], (x) => tf.min(x, [1, 2], true)],
  ["minimum", [2, 3, 4], (x) => tf.add(tf.minimum(x, near), tf.square(tf.minimum(near, x)))],
  ["neg", [2, 3], (x) => tf.neg(x)],
  [
    "pad",
    [2, 3],
    (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
  ],
  ["pow, base", [2, 3], (x) => tf.pow(tf.add(x, 2), 2.5)],
  ["pow, exponent", [1, 3, 1], (x) => tf.pow(tf.add(other, 2), x)],
  ["realDiv, left", [1, 3, 1], (x) => tf.div(x, other)],
  ["realDiv, right", [1, 3, 1], (x) => tf.div(other, tf.add(x, 2))],
  ["reciprocal", [2, 3], (x) => tf.reciprocal(tf.add(x, 2))],
  ["relu6", [2, 3], (x) => tf.relu6(tf.mul(x, 8))],
  ["rsqrt", [2, 3], (x) => tf.rsqrt(tf.add(x, 2))],
  ["sigmoid", [2, 3], (x) => tf.sigmoid(x)],
  ["sin", [2, 3], (x) => tf.sin(x)],
  ["softplus", [2, 3], (x) => tf.softplus(x)],
  ["sqrt", [2, 3], (x) => tf.sqrt(tf.add(x, 2))],
  ["square", [2, 3], (x) => tf.square(x)],
  ["squaredDifference", [1, 3, 1], (x) => tf.add(tf.squaredDifference(x, other), tf.squaredDifference(other, x))],
  ["sum of an axis", [2, 3, 4], (x) => tf.sum(x, 1)],
  ["sum of the last axes, kept", [2, 3, 4], (x) => tf.sum(x, [1, 2], true)],
  ["sum of all", [2, 3], (x) => tf.sum(x)],
  ["tanh", [2, 3], (x) => tf.tanh(x)],
  ["tile", [2, 3], (x) => tf.tile(x, [3, 2])],
  ["unstack", [2, 3, 4], (x) => tf.concat([...tf.unstack(x, 1)].reverse(), 0)],
  ["topk", [3, 4], (x) => tf.topk(tf.mul(x, distinct), 2).values],
  ["oneHot of argMax", [3, 4], (x) => tf.mul(x, tf.oneHot(tf.argMax(tf.mul(x, distinct), 1), 4))],
  ["masks", [2, 3, 4], (x) => tf.mul(x, tf.cast(masked(x), "float32"))],
  ["where, by itself", [2, 3, 4], (x) => tf.where(tf.less(x, near), tf.square(x), tf.exp(x))],
  ["where", [2, 3, 4], (x) => tf.where(tf.greater(other, 0), tf.square(x), tf.exp(x))],
])("the gradient of %s is that of central differences", (_, shape, compute) => {
  const x = numbers(...shape);
  const weights = numbers(...compute(x).shape); // no output's gradient is another's
  const objective = (values: Tensor) => tf.sum(tf.mul(compute(values), weights));
  const { grads } = tf.valueAndGrads((v: Tensor) => compute(v))([x], weights);
  const gradient = (grads[0] as Tensor).dataSync();
  const values = x.dataSync();
  for (const i of range(values.length)) {
    const moved = (by: number) =>
      objective(
        tf.tensor(
          values.map((value, j) => (i === j ? value + by : value)),
          shape,
        ),
      ).dataSync()[0] as number;
    expect(gradient[i]).toBeCloseTo((moved(1 / 64) - moved(-1 / 64)) * 32, 2);
  }
});

test("the gradient of an operation that is not here is refused by name", () => {
  expect(() => tf.grad((x) => tf.tan(x))(numbers(3))).toThrow(/[Gg]radient .*Tan/);
});
