// A model of one's own in JavaScript: one bottom whose units each task scales and shifts (FiLM: Perez et al., AAAI 2018),
// then a tower for each task. With 109 units it has about as many parameters as Shared-Bottom.
//
//   mmoe sweep own-models.yaml --model film.mjs --out results/own
const UNITS = 109;
const TOWER_UNITS = 8;

/** @type {import("mmoe").ModelCode} */
export default {
  about: "one bottom; each task scales and shifts its units",

  parameters: ({ inputs: D, tasks: K }) => ({
    bottom: [D, UNITS],
    bottomBias: [UNITS],
    scale: { shape: [K, 1, UNITS], initial: 1 },
    shift: { shape: [K, 1, UNITS], initial: 0 },
    tower: [K, UNITS, TOWER_UNITS],
    towerBias: { shape: [K, 1, TOWER_UNITS], initial: 0 },
    output: [K, TOWER_UNITS, 1],
    outputBias: { shape: [K, 1, 1], initial: 0 },
  }),

  forward(tf, x, p) {
    const units = tf.relu(tf.add(tf.matMul(x, p.bottom), p.bottomBias)); // [B, H]
    const own = tf.add(tf.mul(tf.expandDims(units, 0), p.scale), p.shift); // [K, B, H]
    const tower = tf.relu(tf.add(tf.matMul(own, p.tower), p.towerBias)); // [K, B, T]
    const outputs = tf.add(tf.matMul(tower, p.output), p.outputBias); // [K, B, 1]
    return tf.transpose(tf.squeeze(outputs, [2])); // [B, K]
  },

  // How far apart the tasks' scales are: the standard deviation over tasks, mean over units.
  diagnostics: (tf, _x, p) => ({ scaleSpread: tf.mean(tf.sqrt(tf.moments(p.scale, 0).variance)) }),
};
