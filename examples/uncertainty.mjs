// A model of your own with a loss of its own: Shared-Bottom that learns how uncertain each task is, and weighs the tasks'
// losses by it (Kendall, Gal and Cipolla, CVPR 2018). The losses that mmoe records stay the sweep's.
//
//   mmoe sweep paper --model uncertainty.mjs
const UNITS = 113;
const TOWER_UNITS = 8;

/** @type {import("mmoe").ModelCode} */
export default {
  about: "Shared-Bottom, its tasks weighted by learned uncertainty",

  parameters: ({ inputs: D, tasks: K }) => ({
    bottom: [D, UNITS],
    bottomBias: [UNITS],
    tower: [K, UNITS, TOWER_UNITS],
    towerBias: { shape: [K, 1, TOWER_UNITS], initial: 0 },
    output: [K, TOWER_UNITS, 1],
    outputBias: { shape: [K, 1, 1], initial: 0 },
    logVariance: [K],
  }),

  forward(tf, x, p) {
    const units = tf.relu(tf.add(tf.matMul(x, p.bottom), p.bottomBias)); // [B, H]
    const shared = tf.tile(tf.expandDims(units, 0), [p.tower.shape[0], 1, 1]); // [K, B, H]
    const tower = tf.relu(tf.add(tf.matMul(shared, p.tower), p.towerBias)); // [K, B, T]
    const outputs = tf.add(tf.matMul(tower, p.output), p.outputBias); // [K, B, 1]
    return tf.transpose(tf.squeeze(outputs, [2])); // [B, K]
  },

  loss(tf, outputs, labels, p) {
    const losses = tf.mean(tf.square(tf.sub(outputs, labels)), 0); // [K]
    return tf.add(tf.mul(tf.exp(tf.neg(p.logVariance)), losses), p.logVariance);
  },

  // How far apart the tasks' weights are: 0 where they are equal.
  diagnostics: (tf, _x, p) => ({ weightSpread: tf.sub(tf.max(p.logVariance), tf.min(p.logVariance)) }),
};
