import { expect, test } from "vitest";
import { tensorflowBackend } from "../../../src/engines/tfjs/tensorflow-backend.ts";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";

const tf = await loadTf("tensorflow");
const { binding, getInputTensorIds } = tensorflowBackend(tf);

test("a tensor is a copy of the array that it was made of, wherever the array lies", () => {
  const memory = new Float32Array(1000);
  for (const at of [0, 4, 8, 12]) {
    const numbers = memory.subarray(at, at + 16); // one of four lies as TensorFlow aligns its own memory
    numbers.fill(1);
    const tensor = tf.tensor(numbers, [16]);
    const [id] = getInputTensorIds.call(tf.backend(), [tensor]);
    numbers.fill(2);
    expect([...new Set(binding.tensorDataSync(id))]).toEqual([1]);
    tensor.dispose();
  }
  expect(tf.tensor([], [0, 3]).dataSync()).toHaveLength(0);
});
