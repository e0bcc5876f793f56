import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { expectShape, loadTf } from "../../../src/engines/tfjs/tf.ts";

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

test("expectShape(what, tensor, sizes) names the axes", async () => {
  const tf = await loadTf("cpu");
  const tensor = tf.zeros([2, 9, 5]);
  expect(() => expectShape("gate", tensor, { R: 2, D: 4, E: 5 })).toThrow(
    "gate: expected shape [R=2, D=4, E=5], got [2, 9, 5]",
  );
  expect(() => expectShape("gate", tensor, { R: 2, D: 9 })).toThrow(RangeError);
  expect(() => expectShape("gate", tensor, { R: 2, D: 9, E: 5 })).not.toThrow();
  tensor.dispose();
});

test("the gradient of an operation that no model has is refused by name", async () => {
  const tf = await loadTf("cpu");
  expect(() => tf.grad((x) => tf.tan(x))(tf.tensor1d([1, 2]))).toThrow(/[Gg]radient .*Tan/);
});
