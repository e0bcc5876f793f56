// A model on N rows, and gradients by going back: reverse-mode differentiation in float64.
import { addProduct, addTo, columnSums, transposed } from "./matrix.ts";

/** Numbers of a layer on all rows. */
export interface Units {
  /** [N, width]. */
  readonly values: Float64Array;
  readonly width: number;
  /** The gradient with respect to them, [N, width], after `Tape.back`; undefined where nothing depends on them. */
  gradient: Float64Array | undefined;
}

/** A part of a model's parameters: a tensor, or some rows of it. */
export interface Span {
  readonly offset: number;
  readonly size: number;
}

/** The gradient of one number with respect to a model's parameters in canonical order. */
export interface Gradient {
  /** [P]. */
  readonly values: Float64Array;
  /** Whether the number can depend on each parameter, [P]; not whether it does for these values. */
  readonly reached: Uint8Array;
}

/** Remembers what is computed, to go back. */
export class Tape {
  readonly rows: number;
  readonly parameters: Float64Array;
  readonly #steps: { readonly out: Units; readonly back: (gradient: Float64Array) => void }[] = [];
  readonly #transposed = new Map<Units, Float64Array>();
  #gradient: Gradient;
  #unitsOnly = false;

  /** `parameters` in canonical order; `rows` is N. */
  constructor(parameters: ArrayLike<number>, rows: number) {
    this.parameters = Float64Array.from(parameters);
    this.rows = rows;
    this.#gradient = this.#none();
  }

  /** Units that nothing leads back from, such as the rows. */
  input(values: Float64Array): Units {
    return { values, width: values.length / this.rows, gradient: undefined };
  }

  /** Units that `back` leads on from: it adds to gradients of what they are made of, given their own. */
  units(values: Float64Array, back: (gradient: Float64Array) => void): Units {
    const out = this.input(values);
    this.#steps.push({ out, back });
    return out;
  }

  /** The gradient of sum_n `seed`_n `out`_n, for `out` [N, 1]. Gradients of units stay until the next call. */
  back(out: Units, seed: Float64Array): Gradient {
    this.#gradient = this.#none();
    this.#goBack(out, seed);
    return this.#gradient;
  }

  /** The gradients of units alone, seeded as in `back`; also of units that don't learn from what is made of them. */
  backToUnits(out: Units, seed: Float64Array): void {
    this.#unitsOnly = true;
    this.#goBack(out, seed);
    this.#unitsOnly = false;
  }

  /** Whether `back` goes on, not `backToUnits`. */
  get isLearning(): boolean {
    return !this.#unitsOnly;
  }

  #goBack(out: Units, seed: Float64Array): void {
    for (const step of this.#steps) step.out.gradient = undefined;
    out.gradient = seed;
    for (const step of this.#steps.toReversed()) if (step.out.gradient) step.back(step.out.gradient);
  }

  /** The gradient of units that something leads back to, to be added to. */
  gradientOf(units: Units): Float64Array {
    units.gradient ??= new Float64Array(units.values.length);
    return units.gradient;
  }

  value({ offset, size }: Span): Float64Array {
    return this.parameters.subarray(offset, offset + size);
  }

  /** The gradient of parameters, to be added to; undefined where it is not asked for. */
  gradientAt({ offset, size }: Span): Float64Array | undefined {
    if (this.#unitsOnly) return undefined;
    this.#gradient.reached.fill(1, offset, offset + size);
    return this.#gradient.values.subarray(offset, offset + size);
  }

  /** The values of units, [width, N]. */
  transposed(units: Units): Float64Array {
    const known = this.#transposed.get(units) ?? transposed(units.values, this.rows, units.width);
    this.#transposed.set(units, known);
    return known;
  }

  #none(): Gradient {
    const P = this.parameters.length;
    return { values: new Float64Array(P), reached: new Uint8Array(P) };
  }
}

/** x [N, D] → x W + b, [N, U]. Goes back to x unless it is the rows. */
export function dense(tape: Tape, x: Units, kernel: Span, bias: Span | undefined, isRows: boolean): Units {
  const [N, D] = [tape.rows, x.width];
  const U = kernel.size / D;
  const out = new Float64Array(N * U);
  if (bias) for (let n = 0; n < N; n++) out.set(tape.value(bias), n * U);
  const weights = tape.value(kernel);
  addProduct(out, x.values, weights, [N, D, U]);
  return tape.units(out, (gradient) => {
    const [byKernel, byBias] = [tape.gradientAt(kernel), bias && tape.gradientAt(bias)];
    if (byKernel) addProduct(byKernel, tape.transposed(x), gradient, [D, N, U]);
    if (byBias) addTo(byBias, columnSums(gradient, U));
    if (!isRows) addProduct(tape.gradientOf(x), gradient, transposed(weights, D, U), [N, U, D]);
  });
}

export function rectified(tape: Tape, x: Units): Units {
  const out = x.values.map((value) => Math.max(0, value));
  return tape.units(out, (gradient) => {
    const to = tape.gradientOf(x);
    for (let i = 0; i < to.length; i++) if (x.values[i] > 0) to[i] += gradient[i];
  });
}

/** Added to a variance, as in PyTorch's layer norms. */
const EPSILON = 1e-5;

/** x [N, H] → a layer norm: each row less its mean, over its standard deviation, times `gain` [H], plus `shift` [H]. */
export function normalized(tape: Tape, x: Units, gain: Span, shift: Span): Units {
  const [N, H] = [tape.rows, x.width];
  const [times, plus] = [tape.value(gain), tape.value(shift)];
  const meanOf = (row: Float64Array) => row.reduce((sum, value) => sum + value, 0) / H;
  const rowOf = (values: Float64Array, n: number) => values.subarray(n * H, (n + 1) * H);
  const hats = new Float64Array(N * H);
  const scales = Float64Array.from({ length: N }, (_, n) => {
    const row = rowOf(x.values, n);
    const mean = meanOf(row);
    const scale = 1 / Math.sqrt(meanOf(row.map((value) => (value - mean) ** 2)) + EPSILON);
    hats.set(
      row.map((value) => (value - mean) * scale),
      n * H,
    );
    return scale;
  });
  const out = hats.map((hat, i) => hat * times[i % H] + plus[i % H]);
  return tape.units(out, (gradient) => {
    const [byGain, byShift, to] = [tape.gradientAt(gain), tape.gradientAt(shift), tape.gradientOf(x)];
    const byHats = gradient.map((slope, i) => slope * times[i % H]);
    if (byGain)
      addTo(
        byGain,
        columnSums(
          gradient.map((slope, i) => slope * hats[i]),
          H,
        ),
      );
    if (byShift) addTo(byShift, columnSums(gradient, H));
    for (let n = 0; n < N; n++) {
      const [slopes, hat] = [rowOf(byHats, n), rowOf(hats, n)];
      const [mean, along] = [meanOf(slopes), meanOf(slopes.map((slope, h) => slope * hat[h]))];
      for (let h = 0; h < H; h++) to[n * H + h] += scales[n] * (slopes[h] - mean - hat[h] * along);
    }
  });
}

/** x times `factor` times the sigmoid of `by`, both [N, width]. */
export function modulated(tape: Tape, x: Units, by: Units, factor: number): Units {
  const sigmoids = by.values.map((value) => 1 / (1 + Math.exp(-value)));
  const out = x.values.map((value, i) => factor * value * sigmoids[i]);
  return tape.units(out, (gradient) => {
    const [toX, toBy] = [tape.gradientOf(x), tape.gradientOf(by)];
    for (const [i, s] of sigmoids.entries()) {
      toX[i] += gradient[i] * factor * s;
      toBy[i] += gradient[i] * out[i] * (1 - s);
    }
  });
}

/** Logits x and y [N, 1] → those of the products of their probabilities: 1 / (e^-x + e^-y + e^-(x + y)) are the odds. */
export function chained(tape: Tape, x: Units, y: Units): Units {
  const terms = x.values.map((a, n) => Math.max(-a, -y.values[n], -a - y.values[n])); // the largest
  const powers = (of: (a: number, b: number) => number) =>
    terms.map((largest, n) => Math.exp(of(x.values[n], y.values[n]) - largest));
  const [ofX, ofY, ofBoth] = [powers((a) => -a), powers((_, b) => -b), powers((a, b) => -a - b)];
  const sums = ofX.map((power, n) => power + ofY[n] + ofBoth[n]);
  return tape.units(
    terms.map((largest, n) => -largest - Math.log(sums[n])),
    (gradient) => {
      const [toX, toY] = [tape.gradientOf(x), tape.gradientOf(y)];
      for (const [n, sum] of sums.entries()) {
        toX[n] += (gradient[n] * (ofX[n] + ofBoth[n])) / sum;
        toY[n] += (gradient[n] * (ofY[n] + ofBoth[n])) / sum;
      }
    },
  );
}

/**
 * z [N, O] and, added to it, the inner products of all pairs of vectors of factors: of the plain inputs of x, by `kernel` [plain, O
 * factors], then of `tables` vectors in x. Goes back to z, the factors and those vectors.
 */
export function paired(
  tape: Tape,
  z: Units,
  x: Units,
  { factors, kernel, tables }: { readonly factors: number; readonly kernel: Span | undefined; readonly tables: number },
): Units {
  const W = z.width * factors;
  const plain = (kernel?.size ?? 0) / W;
  const by = kernel ? tape.value(kernel) : new Float64Array(0);
  const termAt = (n: number, i: number, w: number) =>
    i < plain ? x.values[n * x.width + i] * by[i * W + w] : x.values[n * x.width + plain + (i - plain) * W + w];
  const sums = new Float64Array(tape.rows * W);
  const out = Float64Array.from(z.values);
  for (let n = 0; n < tape.rows; n++)
    for (let w = 0; w < W; w++)
      for (let i = 0; i < plain + tables; i++) {
        const term = termAt(n, i, w);
        out[n * z.width + Math.floor(w / factors)] += term * sums[n * W + w]; // with all before it
        sums[n * W + w] += term;
      }
  return tape.units(out, (gradient) => {
    addTo(tape.gradientOf(z), gradient);
    const [toFactors, toX] = [kernel && tape.gradientAt(kernel), tables > 0 ? tape.gradientOf(x) : undefined];
    for (let n = 0; n < tape.rows; n++)
      for (let w = 0; w < W; w++)
        for (let i = 0; i < plain + tables; i++) {
          const slope = gradient[n * z.width + Math.floor(w / factors)] * (sums[n * W + w] - termAt(n, i, w));
          if (i >= plain && toX) toX[n * x.width + plain + (i - plain) * W + w] += slope;
          if (i < plain && toFactors) toFactors[i * W + w] += slope * x.values[n * x.width + i];
        }
  });
}

/** x [N, width], each number times that of `factors` [N * width]. */
export function scaled(tape: Tape, x: Units, factors: ArrayLike<number>): Units {
  const times = (values: Float64Array) => values.map((value, i) => value * factors[i]);
  return tape.units(times(x.values), (gradient) => addTo(tape.gradientOf(x), times(gradient)));
}
