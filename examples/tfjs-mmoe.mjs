// A model of one's own in JavaScript by the gradients of TensorFlow.js: MMoE (Ma et al., KDD 2018) without biases.
//
//   npm install @tensorflow/tfjs
//   mmoe sweep paper --model tfjs-mmoe.mjs
import * as tf from "@tensorflow/tfjs";

const [E, H, T] = [8, 16, 8]; // experts, their units, units of a tower

export default class TfjsMmoe {
  static about = "MMoE, by TensorFlow.js's gradients";

  constructor(inputs, tasks, { lr }) {
    const dense = (...shape) => tf.variable(tf.randomUniform(shape, -0.2, 0.2));
    this.D = inputs;
    this.K = tasks;
    this.optimizer = tf.train.adam(lr);
    this.experts = dense(inputs, E * H);
    this.gates = Array.from({ length: tasks }, () => dense(inputs, E));
    this.towers = Array.from({ length: tasks }, () => dense(H, T));
    this.outputs = Array.from({ length: tasks }, () => dense(T, 1));
  }

  /** One update on rows x [B, D] with labels y [B, K]; gives each task's loss before it, [K]. */
  step(x, y) {
    const labels = tf.tensor2d(y, [y.length / this.K, this.K]);
    let losses; // [K]
    this.optimizer.minimize(() => {
      losses = tf.keep(tf.mean(tf.square(tf.sub(this.forward(x), labels)), 0));
      return tf.sum(losses);
    });
    const values = losses.dataSync();
    tf.dispose([labels, losses]);
    return values;
  }

  predict(x) {
    return tf.tidy(() => this.forward(x).dataSync());
  }

  /** Rows x [N, D] → predictions [N, K]. */
  forward(numbers) {
    const x = tf.tensor2d(numbers, [numbers.length / this.D, this.D]);
    const h = tf.reshape(tf.relu(tf.matMul(x, this.experts)), [-1, E, H]);
    return tf.concat(
      this.gates.map((gate, k) => {
        const weights = tf.reshape(tf.softmax(tf.matMul(x, gate)), [-1, E, 1]);
        const mixed = tf.sum(tf.mul(h, weights), 1); // [B, H]
        return tf.matMul(tf.relu(tf.matMul(mixed, this.towers[k])), this.outputs[k]);
      }),
      1,
    );
  }
}
