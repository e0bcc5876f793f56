// MMoE for R replicas as one writes it with what tfjs ships: its operations, their gradients, its Adam.
import type { Scalar, Tensor, Tensor3D, Variable } from "@tensorflow/tfjs";
import type { Tf } from "../../src/engines/tfjs/tf.ts";

const [D, E, H, K, U] = [100, 8, 16, 2, 8];

/** A step on the same rows, call after call; its loss. */
export function shippedStep(tf: Tf, R: number, B: number): () => Scalar {
  const weights = (...shape: number[]) => tf.variable(tf.randomUniform([R, ...shape], -0.1, 0.1));
  const experts = { kernel: weights(D, E * H), bias: weights(1, E * H) };
  const gates = Array.from({ length: K }, () => weights(D, E));
  const towers = Array.from({ length: K }, () => [weights(H, U), weights(1, U), weights(U, 1), weights(1, 1)]);
  const x = tf.randomNormal([R, B, D]);
  const labels = Array.from({ length: K }, () => tf.randomNormal([R, B, 1]));
  const adam = tf.train.adam(0.001);

  const taskLoss = (outputs: Tensor, task: number): Tensor => {
    const gate = tf.softmax(tf.matMul(x, gates[task] as Variable)); // [R, B, E]
    const mixed = tf.sum(tf.mul(tf.expandDims(gate, 3), outputs), 2); // [R, B, H]
    const [w1, b1, w2, b2] = towers[task] as [Variable, Variable, Variable, Variable];
    const predicted = tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(mixed, w1), b1)), w2), b2);
    return tf.mean(tf.squaredDifference(predicted, labels[task] as Tensor), [1, 2]); // [R]
  };

  return () =>
    adam.minimize(() => {
      const units = tf.relu(tf.add(tf.matMul(x as Tensor3D, experts.kernel), experts.bias));
      const outputs = tf.reshape(units, [R, B, E, H]);
      return tf.sum(tf.addN(labels.map((_, task) => taskLoss(outputs, task)))) as Scalar;
    }, true) as Scalar;
}
