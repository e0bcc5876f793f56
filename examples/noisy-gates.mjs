// A model of your own that draws: MMoE whose gates are noisy in training, by an amount that they learn (Shazeer et al., ICLR
// 2017, without their choice of the largest). Held-out rows are predicted without noise.
//
//   mmoe sweep paper --model noisy-gates.mjs
const EXPERTS = 8;
const UNITS = 16;
const TOWER_UNITS = 8;

/** @type {import("mmoe").ModelCode} */
export default {
  about: "MMoE whose gates are noisy in training",

  parameters: ({ inputs: D, tasks: K }) => ({
    experts: [EXPERTS, D, UNITS],
    gates: [D, K * EXPERTS],
    noise: { shape: [D, K * EXPERTS], initial: 0 },
    tower: [K, UNITS, TOWER_UNITS],
    towerBias: { shape: [K, 1, TOWER_UNITS], initial: 0 },
    output: [K, TOWER_UNITS, 1],
    outputBias: { shape: [K, 1, 1], initial: 0 },
  }),

  forward(tf, x, p, { training, random }) {
    const [B, D] = x.shape;
    const experts = tf.reshape(tf.transpose(p.experts, [1, 0, 2]), [D, EXPERTS * UNITS]);
    const units = tf.reshape(tf.relu(tf.matMul(x, experts)), [B, 1, EXPERTS, UNITS]);

    const clean = tf.matMul(x, p.gates); // [B, K * E]
    const scale = tf.softplus(tf.matMul(x, p.noise));
    const noisy = training ? tf.add(clean, tf.mul(random.normals(clean.shape), scale)) : clean;
    const weights = tf.softmax(tf.reshape(noisy, [B, -1, EXPERTS])); // [B, K, E]

    const mixed = tf.sum(tf.mul(tf.expandDims(weights, 3), units), 2); // [B, K, H]
    const tower = tf.relu(tf.add(tf.matMul(tf.transpose(mixed, [1, 0, 2]), p.tower), p.towerBias)); // [K, B, T]
    const outputs = tf.add(tf.matMul(tower, p.output), p.outputBias); // [K, B, 1]
    return tf.transpose(tf.squeeze(outputs, [2])); // [B, K]
  },
};
