// What draws the tasks' networks of an L2-constrained model together (Duong et al., ACL 2015).
import type { Tensor } from "@tensorflow/tfjs-core";
import type { ModelSpec } from "../../../models/spec.ts";
import type { Tf } from "../tf.ts";
import type { Layers } from "./pack.ts";

/**
 * The constraint times the squared distances between the parameters of two tasks, summed over all pairs of tasks, for each
 * replica, [R]. Outputs take part if all tasks have as many.
 */
export function constraintPenalty(tf: Tf, spec: ModelSpec, layers: Layers): Tensor {
  const { tasks: K, constraint = 0, outputs } = spec;
  const { first, experts, towers } = layers;
  const isAlike = new Set(outputs).size <= 1;
  const stacked = [...experts.deeper, ...(isAlike ? towers : towers.slice(0, -1))];
  const [R, D, W] = first.shape as [number, number, number];
  const byTask = [
    tf.transpose(tf.reshape(first, [R, D, K, W / K]), [0, 2, 1, 3]),
    ...(experts.bias ? [experts.bias] : []),
    ...stacked.flatMap(({ kernel, bias }) => (bias ? [kernel, bias] : [kernel])),
  ].map((parameters) => tf.reshape(parameters, [R, K, -1]));
  const distances = byTask.map((parameters) => squaredDistances(tf, parameters));
  return tf.mul(
    distances.reduce((sum, distance) => tf.add(sum, distance)),
    constraint,
  );
}

/** Points [R, K, n] → the squared distances of all pairs, summed, [R]: K times those from their mean. */
function squaredDistances(tf: Tf, points: Tensor): Tensor {
  const apart = tf.sub(points, tf.mean(points, 1, true));
  return tf.mul(tf.sum(tf.square(apart), [1, 2]), points.shape[1] as number);
}
