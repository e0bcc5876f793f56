// A model of one's own in JavaScript: MMoE (Ma et al., KDD 2018) with its gradients written by hand, so that it needs no
// package. It has the sizes of mmoe's own; its experts are one layer, and begin as one.
//
//   mmoe sweep own-models.yaml --model my-mmoe.mjs --out results/own
const [EXPERTS, UNITS, TOWER_UNITS] = [8, 16, 8]; // E, H, T

/** @typedef {import("mmoe").OwnTrainer} OwnTrainer */
/** @implements {OwnTrainer} */
export default class MyMmoe {
  static about = "MMoE, its gradients written by hand";

  /** One run. Arrays are in row-major order: x [B, D] has row b from b * D on. */
  constructor(inputs, tasks, { lr, optimizer, huberDelta, kinds }) {
    if (optimizer !== "adam" || huberDelta !== null || kinds.some(({ kind, gaps }) => kind !== "regression" || gaps))
      throw new Error("this example trains by adam on squared errors of numbers that no row lacks");
    this.experts = new Dense(inputs, EXPERTS * UNITS);
    this.tasks = Array.from({ length: tasks }, () => ({
      gate: new Dense(inputs, EXPERTS, { bias: false }),
      tower: new Dense(UNITS, TOWER_UNITS),
      output: new Dense(TOWER_UNITS, 1),
    }));
    this.layers = [this.experts, ...this.tasks.flatMap(({ gate, tower, output }) => [gate, tower, output])];
    this.parameterCount = this.layers.reduce((sum, { values }) => sum + values.length, 0);
    this.inputs = inputs;
    this.weights = kinds.map(({ weight }) => weight);
    this.lr = lr;
    this.steps = 0;
  }

  /** One update on rows x [B, D] with labels y [B, K]; gives each task's loss before it, [K]. */
  step(x, y) {
    const K = this.tasks.length;
    const B = x.length / this.inputs;
    const { h, paths } = this.forward(x);
    const dh = new Float64Array(h.length); // [B, E * H]
    const losses = paths.map(({ gates, mixed, t, outputs }, k) => {
      const { gate, tower, output } = this.tasks[k];
      const errors = outputs.map((value, b) => value - y[b * K + k]); // [B]
      const dt = output.backward(
        t,
        errors.map((error) => (2 / B) * this.weights[k] * error),
      ); // [B, T]
      const dm = tower.backward(
        mixed,
        dt.map((slope, i) => (t[i] > 0 ? slope : 0)),
      ); // [B, H]
      gate.backward(x, unmix(h, gates, dm, dh));
      return errors.reduce((sum, error) => sum + error ** 2 / B, 0);
    });
    this.experts.backward(
      x,
      dh.map((slope, i) => (h[i] > 0 ? slope : 0)),
    );
    this.steps++;
    for (const layer of this.layers) layer.update(this.lr, this.steps);
    return losses;
  }

  /** Rows x [N, D] → predictions [N, K]. */
  predict(x) {
    const K = this.tasks.length;
    const { paths } = this.forward(x);
    return Float64Array.from(
      { length: paths[0].outputs.length * K },
      (_, i) => paths[i % K].outputs[Math.floor(i / K)],
    );
  }

  /** All experts' units h [B, E * H], and each task's way from them to its outputs. */
  forward(x) {
    const h = relu(this.experts.forward(x));
    const paths = this.tasks.map(({ gate, tower, output }) => {
      const gates = softmax(gate.forward(x)); // [B, E]
      const mixed = mix(h, gates); // [B, H]
      const t = relu(tower.forward(mixed)); // [B, T]
      return { gates, mixed, t, outputs: output.forward(t) };
    });
    return { h, paths };
  }

  /** What a stopped run resumes from. */
  stateDict() {
    return { steps: this.steps, layers: this.layers.map(({ values, m, v }) => ({ values, m, v })) };
  }

  loadStateDict({ steps, layers }) {
    this.steps = steps;
    for (const [i, layer] of this.layers.entries()) Object.assign(layer, layers[i]);
  }
}

/** A linear layer, x [B, I] → [B, J]: its kernel [I, J] and bias [J] in one array, with adam's moments m and v. */
class Dense {
  constructor(I, J, { bias = true } = {}) {
    const limit = Math.sqrt(6 / (I + J)); // Glorot's; mmoe has seeded Math.random with the run
    const size = I * J + (bias ? J : 0);
    this.values = Float64Array.from({ length: size }, (_, i) => (i < I * J ? limit * (2 * Math.random() - 1) : 0));
    this.m = new Float64Array(size);
    this.v = new Float64Array(size);
    this.I = I;
    this.J = J;
    this.bias = bias;
  }

  forward(x) {
    const { I, J, values, bias } = this;
    const y = new Float64Array((x.length / I) * J);
    for (let b = 0; b < x.length / I; b++) {
      for (let j = 0; bias && j < J; j++) y[b * J + j] = values[I * J + j];
      for (let i = 0; i < I; i++) {
        const value = x[b * I + i];
        for (let j = 0; j < J; j++) y[b * J + j] += value * values[i * J + j];
      }
    }
    return y;
  }

  /** The slopes of the outputs dy [B, J] → those of the inputs, [B, I]; keeps those of the parameters. */
  backward(x, dy) {
    const { I, J, values, bias } = this;
    const [dx, gradient] = [new Float64Array(x.length), new Float64Array(values.length)];
    for (let b = 0; b < x.length / I; b++) {
      for (let j = 0; bias && j < J; j++) gradient[I * J + j] += dy[b * J + j];
      for (let i = 0; i < I; i++) {
        const value = x[b * I + i];
        let sum = 0;
        for (let j = 0; j < J; j++) {
          gradient[i * J + j] += value * dy[b * J + j];
          sum += values[i * J + j] * dy[b * J + j];
        }
        dx[b * I + i] = sum;
      }
    }
    this.gradient = gradient;
    return dx;
  }

  /** Adam (Kingma and Ba, ICLR 2015) with its usual betas. */
  update(lr, step) {
    const { values, gradient, m, v } = this;
    const [m1, v1] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    for (let i = 0; i < values.length; i++) {
      m[i] += 0.1 * (gradient[i] - m[i]);
      v[i] += 0.001 * (gradient[i] ** 2 - v[i]);
      values[i] -= (lr * (m[i] / m1)) / (Math.sqrt(v[i] / v1) + 1e-8);
    }
  }
}

const relu = (x) => x.map((value) => Math.max(0, value));

/** Softmax of each row of [B, E]. */
function softmax(x) {
  const y = x.map(Math.exp); // gates' sums are small
  for (let b = 0; b < y.length; b += EXPERTS) {
    const sum = y.subarray(b, b + EXPERTS).reduce((all, value) => all + value, 0);
    for (let e = 0; e < EXPERTS; e++) y[b + e] /= sum;
  }
  return y;
}

/** Experts' units h [B, E * H], weighted by gates [B, E], → [B, H]. */
function mix(h, gates) {
  const mixed = new Float64Array(h.length / EXPERTS);
  for (let i = 0; i < h.length; i++) {
    const [row, unit] = [Math.floor(i / (EXPERTS * UNITS)), i % UNITS];
    mixed[row * UNITS + unit] += gates[Math.floor(i / UNITS)] * h[i];
  }
  return mixed;
}

/** Back through a mix and its softmax: adds to dh [B, E * H], and gives the slopes of the gate's sums, [B, E]. */
function unmix(h, gates, dm, dh) {
  const dg = new Float64Array(gates.length);
  for (let i = 0; i < h.length; i++) {
    const slope = dm[Math.floor(i / (EXPERTS * UNITS)) * UNITS + (i % UNITS)];
    dh[i] += gates[Math.floor(i / UNITS)] * slope;
    dg[Math.floor(i / UNITS)] += h[i] * slope;
  }
  for (let b = 0; b < dg.length; b += EXPERTS) {
    let mean = 0;
    for (let e = b; e < b + EXPERTS; e++) mean += gates[e] * dg[e];
    for (let e = b; e < b + EXPERTS; e++) dg[e] = gates[e] * (dg[e] - mean);
  }
  return dg;
}
