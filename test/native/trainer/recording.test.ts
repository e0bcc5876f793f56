import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { tensorflowBackend } from "../../../src/engines/tfjs/tensorflow-backend.ts";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { DTYPE, Graph } from "../../../src/engines/tfjs/trainer/graph.ts";
import { recordOperations } from "../../../src/engines/tfjs/trainer/recording.ts";

const tf = await loadTf("tensorflow");
const backend = tensorflowBackend(tf);

/** Records `compute` of x [2, 3]; the operations that the graph then has, with their result. */
function recorded(compute: (x: Tensor) => Tensor) {
  const graph = new Graph();
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const value = graph.argument("x", { dtype: DTYPE.float32, shape: [2, 3] });
  try {
    const [result] = recordOperations(tf, graph, [[x, value]], () => [compute(x)]);
    return { graph, value, result, operations: graph.nodes.map(({ op }) => op) };
  } finally {
    x.dispose();
  }
}

test("recordOperations(compute) adds its operations and constants in their order", () => {
  const { operations, result, graph } = recorded((x) => tf.mul(tf.relu(x), 7));
  expect(operations).toEqual(["Argument", "Relu", "Const", "Mul"]);
  expect(result).toMatchObject({ dtype: DTYPE.float32, shape: [2, 3], node: graph.nodes[3] });
});

test("recordOperations(compute) adds a gradient's operations", () => {
  const { operations } = recorded((x) => tf.grad((x: Tensor) => tf.exp(x))(x));
  expect(operations).toContain("Mul");
});

test("recordOperations(compute) of its input is the input's own value", () => {
  const { result, value } = recorded((x) => x);
  expect(result).toEqual(value);
});

test("recordOperations takes the same tensor twice as one input", () => {
  const graph = new Graph();
  const x = tf.scalar(3);
  const [first, second] = [0, 1].map((i) => graph.argument(`x${i}`, { dtype: DTYPE.float32, shape: [] }));
  if (!first || !second) throw new Error("no arguments");
  const given = [[x, first] as const, [tf.clone(x), second] as const];
  const [sum] = recordOperations(tf, graph, given, () => [tf.add(x, x)]);
  expect(sum?.node.inputs.map(({ node }) => node.name)).toEqual(["x0", "x0"]);
  tf.dispose(given.map(([tensor]) => tensor));
});

test("recordOperations(compute) keeps a constant of equal values as one value", () => {
  const { graph } = recorded((x) => tf.add(x, tf.ones([2, 3])));
  const constants = graph.nodes.flatMap(({ attributes: { value } }) => (value?.kind === "tensor" ? [value.value] : []));
  expect(constants).toEqual([{ dtype: DTYPE.float32, shape: [2, 3], values: Float32Array.of(1) }]);
});

test("constant(values) keeps equal values once, but 0 apart from -0", () => {
  const graph = new Graph();
  const kept = (values: Float32Array) => {
    const { value } = graph.constant({ dtype: DTYPE.float32, shape: [values.length], values }).node.attributes;
    return value?.kind === "tensor" ? [...value.value.values] : undefined;
  };
  expect(kept(Float32Array.of(7, 7, 7))).toEqual([7]);
  expect(kept(Float32Array.of(7, 7, 8))).toEqual([7, 7, 8]);
  expect(kept(Float32Array.of(0, -0))).toEqual([0, -0]);
});

describe("recordOperations(compute) refuses", () => {
  const outside = tf.tensor1d([1, 2, 3]);
  let calls = 0;
  const refused: [string, (x: Tensor) => Tensor, RegExp][] = [
    [
      "a tensor from outside",
      (x) => tf.add(x, outside),
      /float32 \[3\] was made before the recording: make it an input/,
    ],
    ["to read a tensor", (x) => tf.scalar(x.dataSync()[0]), /a tensor is read inside of the recording/],
    ["a random number", (x) => tf.mul(x, tf.randomUniform([3])), /constant \[3\] is another .* make it an input/],
    ["a counter", (x) => tf.mul(x, ++calls), /constant \[\] is another/],
    ["other operations the second time", (x) => (++calls % 2 ? tf.exp(x) : tf.log(x)), /calls other operations/],
    ["a constant of strings", (x) => tf.reshape(tf.tensor1d(["a"]), x.shape.slice(2)), /type 7 can't be recorded/],
    ["an operation not in its table", (x) => backend.executeSingleOutput("Lgamma", [], [x]), /Lgamma has no line/],
    [
      "an attribute of another kind",
      (x) => backend.executeSingleOutput("Relu", [{ name: "T", type: 99, value: { a: 1 } }], [x]),
      /Relu: attribute T can't be recorded: {"a":1} of type 99/,
    ],
  ];

  test.each(refused)("%s, and leaves the backend as it was", (_, compute, message) => {
    const before = { ...Object.getOwnPropertyDescriptors(backend) };
    expect(() => recorded(compute)).toThrow(message);
    expect(Object.getOwnPropertyDescriptors(backend)).toEqual(before);
    expect(tf.add(2, 3).dataSync()[0]).toBe(5);
  });
});

test("tf.gather checks its indices' range again after a recording", () => {
  recorded((x) => tf.gather(x, tf.cast(tf.greater(tf.max(x, 0), 4), "int32")));
  expect(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([5], "int32"))).toThrow("not in [0, 1]");
});
