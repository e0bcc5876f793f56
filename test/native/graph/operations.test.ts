// What tfjs offers, in a graph and eagerly: whatever a model calls is to trace.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Program } from "../../../src/engines/tfjs/graph/program.ts";
import type { Tensors } from "../../../src/engines/tfjs/graph/recording.ts";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../support/close.ts";

const tf = await loadTf("tensorflow");

type Inputs = { a: Tensor2D; b: Tensor2D; image: Tensor4D; i: Tensor1D };

const UNARY = [
  ...(["abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "elu", "erf", "exp"] as const),
  ...(["expm1", "floor", "isFinite", "isInf", "isNaN", "leakyRelu", "log", "log1p", "logSigmoid", "neg"] as const),
  ...(["reciprocal", "relu", "relu6", "round", "rsqrt", "selu", "sigmoid", "sign", "sin", "sinh", "softmax"] as const),
  ...(["softplus", "sqrt", "square", "step", "tan", "tanh", "logSoftmax", "onesLike", "zerosLike"] as const),
];
const BINARY = [
  ...(["add", "atan2", "div", "divNoNan", "equal", "floorDiv", "greater", "greaterEqual", "less"] as const),
  ...(["lessEqual", "maximum", "minimum", "mod", "mul", "notEqual", "pow", "squaredDifference", "sub"] as const),
];
const REDUCING = ["argMax", "argMin", "cumprod", "cumsum", "logSumExp", "max", "mean", "min", "prod", "sum"] as const;

const FUNCTIONS: Record<string, (inputs: Inputs) => Tensor> = {
  ...Object.fromEntries(UNARY.map((name) => [name, ({ a }: Inputs) => tf[name](a)])),
  ...Object.fromEntries(BINARY.map((name) => [name, ({ a, b }: Inputs) => tf[name](a, b)])),
  ...Object.fromEntries(REDUCING.map((name) => [name, ({ a }: Inputs) => tf[name](a, 1) as Tensor])),
  all: ({ a, b }) => tf.all(tf.less(a, b), 0),
  any: ({ a, b }) => tf.any(tf.logicalAnd(tf.less(a, b), tf.logicalNot(tf.greater(a, 2))), 0),
  addN: ({ a, b }) => tf.addN([a, b, a]),
  avgPool: ({ image }) => tf.avgPool(image, 2, 1, "valid"),
  batchNorm: ({ a, b }) => tf.batchNorm2d(a, tf.mean(b, 0) as Tensor1D, tf.sum(tf.square(b), 0) as Tensor1D),
  batchMatMul: ({ a, b }) => tf.matMul(tf.stack([a, b]), tf.stack([b, a]), false, true),
  cast: ({ a }) => tf.cast(tf.cast(a, "int32"), "float32"),
  clip: ({ a }) => tf.clipByValue(a, 0.3, 0.6),
  concat: ({ a, b }) => tf.concat([a, b], 1),
  conv2d: ({ image }) => tf.conv2d(image, tf.ones([2, 2, 2, 3]), 1, "same"),
  convGradient: ({ image }) =>
    tf.grad((x: Tensor) => tf.maxPool(tf.conv2d(x as Tensor4D, tf.ones([2, 2, 2, 3]), 1, "same"), 2, 1, "same"))(image),
  depthwiseConv2d: ({ image }) => tf.depthwiseConv2d(image, tf.ones([2, 2, 2, 2]), 1, "valid"),
  einsum: ({ a, b }) => tf.einsum("ij,kj->ik", a, b),
  embedding: ({ a, i }) => tf.grad((a: Tensor) => tf.sum(tf.square(tf.gather(a, i))))(a),
  eye: ({ a }) => tf.matMul(tf.eye(2), a),
  fill: ({ a }) => tf.add(a, tf.fill([2, 3], 4)),
  gather: ({ a, i }) => tf.gather(a, i),
  gatherColumns: ({ a, b }) => tf.gather(a, tf.cast(tf.less(a, b), "int32"), 1, 1),
  gatherND: ({ a }) =>
    tf.gatherND(
      a,
      tf.tensor2d(
        [
          [0, 1],
          [1, 2],
        ],
        [2, 2],
        "int32",
      ),
    ),
  matMul: ({ a, b }) => tf.matMul(a, b, true),
  maxPool: ({ image }) => tf.maxPool(image, 2, 1, "valid"),
  mirrorPad: ({ a }) =>
    tf.mirrorPad(
      a,
      [
        [1, 1],
        [0, 2],
      ],
      "reflect",
    ),
  oneHot: ({ i }) => tf.oneHot(i, 5),
  pad: ({ a }) =>
    tf.pad(
      a,
      [
        [1, 0],
        [0, 2],
      ],
      7,
    ),
  prelu: ({ a }) => tf.prelu(tf.neg(a), tf.tensor2d([[0.2]])),
  range: ({ a }) => tf.add(a, tf.range(0, 3)),
  reshape: ({ a }) => tf.reshape(a, [3, 2]),
  resize: ({ image }) => tf.image.resizeBilinear(image, [5, 4]),
  reverse: ({ a }) => tf.reverse(a, 1),
  scatterND: ({ i, a }) => tf.scatterND(tf.reshape(i, [4, 1]), tf.concat([a, a]), [6, 3]),
  slice: ({ a }) => tf.slice(a, [0, 1], [2, 2]),
  split: ({ a }) => tf.add(...(tf.split(tf.tile(a, [1, 2]), [3, 3], 1) as [Tensor, Tensor])),
  stack: ({ a, b }) => tf.stack([a, b], 2),
  stridedSlice: ({ a }) => tf.stridedSlice(a, [0, 0], [2, 3], [1, 2]),
  tile: ({ a }) => tf.tile(a, [2, 3]),
  topk: ({ a }) => tf.topk(a, 2).values,
  transpose: ({ a }) => tf.transpose(a),
  unstack: ({ a }) => tf.add(...(tf.unstack(a) as [Tensor, Tensor])),
  segmentSum: ({ a, i }) => tf.unsortedSegmentSum(tf.concat([a, a]), i, 6),
  where: ({ a, b }) => tf.where(tf.less(a, b), a, tf.neg(b)),
};

const inputs: Inputs = {
  a: tf.tensor2d([0.1, 0.5, 0.9, 0.2, 0.7, 0.4], [2, 3]),
  b: tf.tensor2d([0.3, 0.2, 0.9, 0.6, 0.1, 0.8], [2, 3]),
  image: tf.reshape(tf.sin(tf.range(0, 48)), [2, 4, 3, 2]),
  i: tf.tensor1d([1, 0, 1, 1], "int32"),
};

let program: Program;
let outputs: Tensors;
beforeAll(() => {
  const variables = Object.fromEntries(
    Object.entries(inputs).map(([key, { shape, dtype }]) => [key, { shape, dtype: dtype as "float32" | "int32" }]),
  );
  const step = (given: Tensors) => ({
    outputs: Object.fromEntries(
      Object.entries(FUNCTIONS).map(([key, call]) => [key, call(given as unknown as Inputs)]),
    ),
  });
  program = new Program(tf, { variables, loops: { all: { fed: {}, variables: Object.keys(inputs), step } } });
  program.assign(inputs);
  outputs = program.run("all", 1, {});
});
afterAll(() => program.dispose());

test.each(Object.keys(FUNCTIONS))("in a graph tf.%s gives what it gives eagerly", (name) => {
  const expected = FUNCTIONS[name](inputs);
  const actual = outputs[name];
  expect([actual.shape, actual.dtype]).toEqual([[1, ...expected.shape], expected.dtype]);
  const numbers = [actual, expected].map((tensor) =>
    tensor.dataSync().map((value) => (Number.isFinite(value) ? value : -99)),
  );
  expectClose(...(numbers as [Float32Array, Float32Array]), 1e-6);
});
