import { spawnSync } from "node:child_process";
import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { deviceOf } from "../../../src/engines/tfjs/device.ts";
import { expectShape, loadTf, type Tf } from "../../../src/engines/tfjs/tf.ts";
import { withCards } from "../../support/commands.ts";

const tf = await loadTf("cpu");

test.each(["wasm", "cpu"])(
  "loadTf('%s') prints nothing, from any folder, and leaves uncaught errors to Node",
  (backend) => {
    const source = import.meta.resolve("../../../src/engines/tfjs/tf.ts");
    const program = `
    const { loadTf } = await import(${JSON.stringify(source)});
    const tf = await loadTf(${JSON.stringify(backend)});
    if (tf.matMul([[2]], [[3]]).dataSync()[0] !== 6) throw new Error("2 x 3 is not 6");
    throw new Error("thrown on purpose");`;
    const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", program];
    const child = spawnSync(process.execPath, args, { cwd: "/", encoding: "utf8" });
    expect(child.status).toBe(1);
    expect(child.stdout).toBe("");
    const [before, after] = child.stderr.split("Error: thrown on purpose") as [string, string];
    expect(before.length).toBeLessThan(200); // Node's place of the error
    expect(before).not.toMatch(/tensorflow/i);
    expect(after.length).toBeLessThan(2000);
  },
);

test("expectShape(what, tensor, sizes) names the axes", () => {
  const tensor = tf.zeros([2, 9, 5]);
  expect(() => expectShape("gate", tensor, { R: 2, D: 4, E: 5 })).toThrow(
    "gate: expected shape [R=2, D=4, E=5], got [2, 9, 5]",
  );
  expect(() => expectShape("gate", tensor, { R: 2, D: 9 })).toThrow(RangeError);
  expect(() => expectShape("gate", tensor, { R: 2, D: 9, E: 5 })).not.toThrow();
  tensor.dispose();
});

test("the gradient of an operation that no model has is refused by name", () => {
  expect(() => tf.grad((x) => tf.tan(x))(tf.tensor1d([1, 2]))).toThrow(/[Gg]radient .*Tan/);
});

/** Numbers from -1 to 1, from that of `first`. */
const numbers = (shape: number[], first: number) =>
  tf.sin(tf.reshape(tf.range(first, first + tf.util.sizeFromShape(shape)), shape));

const other = numbers([2, 3, 3], 1);

test.each<[string, number[], (x: Tensor) => Tensor]>([
  ["sub, repeated", [1, 3, 1], (x) => tf.sub(x, other)],
  ["mul, repeated", [1, 3, 1], (x) => tf.mul(other, x)],
  ["div, left", [1, 3, 1], (x) => tf.div(x, tf.add(other, 3))],
  ["div, right", [1, 3, 1], (x) => tf.div(other, tf.add(x, 3))],
  ["sum", [2, 3, 3], (x) => tf.sum(x, [0, 2])],
  ["slice to the end", [2, 3, 3], (x) => tf.slice(x, [0, 1, 1], [1, -1, 2])],
  ...[0, 1, 2, 3].flatMap((i): [string, number[], (x: Tensor) => Tensor][] => [
    [`matMul, left, transposed ${i}`, [2, 3, 3], (x) => tf.matMul(x, other, i > 1, i % 2 > 0)],
    [`matMul, right, transposed ${i}`, [2, 3, 3], (x) => tf.matMul(other, x, i > 1, i % 2 > 0)],
  ]),
])("the gradient of %s, as no model has it, is that of differences", (_, shape, compute) => {
  const [x, step] = [numbers(shape, 4), numbers(shape, 70)];
  const weights = numbers(compute(x).shape, 30);
  const at = (h: number) => tf.sum(tf.mul(compute(tf.add(x, tf.mul(step, h))), weights)).dataSync()[0];
  const { grads } = tf.valueAndGrads((v: Tensor) => compute(v))([x], weights);
  expect(tf.sum(tf.mul(grads[0], step)).dataSync()[0]).toBeCloseTo((at(1 / 64) - at(-1 / 64)) * 32, 2);
});

const tensorflow = (isUsingGpuDevice: boolean) =>
  ({ backend: () => ({ isUsingGpuDevice, binding: { TF_Version: "2.18.1" } }) }) as unknown as Tf;
const cardOf = (free: string) => withCards([`0, GPU-aa, NVIDIA H100 80GB HBM3, 550.54.15, ${free}, 81559`]);

const notes: string[] = [];
const note = (line: string) => notes.push(line);
beforeEach(() => {
  notes.length = 0;
});

describe("deviceOf(tf, backend)", () => {
  test("is the backend's name but for TensorFlow", async () => {
    expect(await deviceOf(tensorflow(false), "wasm")).toEqual({ name: "wasm" });
  });

  test("says cpu where TensorFlow computes on one, whatever cards there are", async () => {
    expect(await deviceOf(tensorflow(false), "tensorflow", note, cardOf("1000"))).toEqual({
      name: "tensorflow cpu",
      libraries: { tensorflow: "2.18.1" },
      memory: { host: expect.any(Number) },
    });
  });

  test("names the card that TensorFlow computes on, with what is free of it", async () => {
    const device = await deviceOf(tensorflow(true), "tensorflow", note, cardOf("3000"));
    expect(device).toMatchObject({ name: "NVIDIA H100 80GB HBM3", memory: { card: 3000 * 2 ** 20 } });
    expect(notes).toEqual([]);
  });

  test("takes 4 GB to be free on a card whose driver does not say, or that can't be named, and says so", async () => {
    expect((await deviceOf(tensorflow(true), "tensorflow", note, cardOf("[N/A]"))).memory?.card).toBe(4e9);
    expect(await deviceOf(tensorflow(true), "tensorflow", note, withCards([]))).toMatchObject({
      name: "NVIDIA GPU",
      memory: { card: 4e9 },
    });
    const guessed = "nvidia-smi does not say how much memory of the card is free; 4 GB are assumed";
    expect(notes).toEqual([guessed, guessed]);
  });
});
