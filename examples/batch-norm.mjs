// A model of one's own that keeps a state: Shared-Bottom whose bottom is batch-normalised (Ioffe and Szegedy, ICML 2015). In
// training a unit is normalised by the batch's own mean and variance; on held-out rows by their moving means.
//
//   mmoe sweep paper --model batch-norm.mjs
const UNITS = 111;
const TOWER_UNITS = 8;
const DECAY = 0.99;
const EPSILON = 1e-3;

/** @type {import("mmoe").ModelCode} */
export default {
  about: "Shared-Bottom, its bottom batch-normalised",

  parameters: ({ inputs: D, tasks: K }) => ({
    bottom: [D, UNITS],
    scale: { shape: [UNITS], initial: 1 },
    shift: [UNITS],
    tower: [K, UNITS, TOWER_UNITS],
    towerBias: { shape: [K, 1, TOWER_UNITS], initial: 0 },
    output: [K, TOWER_UNITS, 1],
    outputBias: { shape: [K, 1, 1], initial: 0 },
  }),

  state: () => ({ mean: [UNITS], variance: { shape: [UNITS], initial: 1 } }),

  forward(tf, x, p, { state, training }) {
    const sums = tf.matMul(x, p.bottom); // [B, H]
    const { mean, variance } = training ? tf.moments(sums, 0) : state; // [H]
    const normal = tf.div(tf.sub(sums, mean), tf.sqrt(tf.add(variance, EPSILON)));
    const units = tf.relu(tf.add(tf.mul(normal, p.scale), p.shift)); // [B, H]
    const shared = tf.tile(tf.expandDims(units, 0), [p.tower.shape[0], 1, 1]); // [K, B, H]
    const tower = tf.relu(tf.add(tf.matMul(shared, p.tower), p.towerBias)); // [K, B, T]
    const outputs = tf.add(tf.matMul(tower, p.output), p.outputBias); // [K, B, 1]
    return {
      outputs: tf.transpose(tf.squeeze(outputs, [2])), // [B, K]
      state: {
        mean: tf.add(tf.mul(state.mean, DECAY), tf.mul(mean, 1 - DECAY)),
        variance: tf.add(tf.mul(state.variance, DECAY), tf.mul(variance, 1 - DECAY)),
      },
    };
  },
};
