// MMoE for R replicas as one writes it with what tfjs ships: its operations, their gradients, its Adam.
import type { Scalar, Tensor, Tensor3D, Variable } from "@tensorflow/tfjs-core";
import type { Tf } from "../../src/engines/tfjs/tf.ts";

const [D, E, H, K, U] = [100, 8, 16, 2, 8];

/** A step on the same rows, which are sent to the device at each step; returns its loss. */
export function shippedStep(tf: Tf, R: number, B: number): () => Scalar {
  const weights = (...shape: number[]) => tf.variable(tf.randomUniform([R, ...shape], -0.1, 0.1));
  const experts = { kernel: weights(D, E * H), bias: weights(1, E * H) };
  const gates = Array.from({ length: K }, () => weights(D, E));
  const towers = Array.from({ length: K }, () => [weights(H, U), weights(1, U), weights(U, 1), weights(1, 1)]);
  const rows = {
    x: new Float32Array(R * B * D).map((_, i) => Math.sin(i)),
    y: new Float32Array(R * B * K).map((_, i) => Math.cos(i)),
  };
  const adam = tf.train.adam(0.001);

  const taskLoss = (x: Tensor3D, y: Tensor, outputs: Tensor, task: number): Tensor => {
    const gate = tf.softmax(tf.matMul(x, gates[task])); // [R, B, E]
    const mixed = tf.sum(tf.mul(tf.expandDims(gate, 3), outputs), 2); // [R, B, H]
    const [w1, b1, w2, b2] = towers[task] as [Variable, Variable, Variable, Variable];
    const predicted = tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(mixed, w1), b1)), w2), b2); // [R, B, 1]
    return tf.mean(tf.squaredDifference(predicted, tf.slice(y, [0, 0, task], [R, B, 1])), [1, 2]); // [R]
  };

  return () =>
    adam.minimize(() => {
      const [x, y] = [tf.tensor3d(rows.x, [R, B, D]), tf.tensor3d(rows.y, [R, B, K])];
      const units = tf.relu(tf.add(tf.matMul(x, experts.kernel), experts.bias));
      const outputs = tf.reshape(units, [R, B, E, H]);
      const losses = [0, 1].map((task) => taskLoss(x, y, outputs, task));
      return tf.sum(tf.addN(losses)) as Scalar;
    }, true) as Scalar;
}
