// TensorFlow.js's core has operations but no gradients in Node. These are the gradients that the family needs; those of
// products and losses are in model/.
import type { GradConfig, GradSaveFunc, NamedAttrMap, Tensor } from "@tensorflow/tfjs-core";

type Tf = typeof import("@tensorflow/tfjs-core");

/** Gradients of an operation's inputs by their names or indices, from that of its output. */
type Gradient = (dy: Tensor, saved: Tensor[], attributes: NamedAttrMap) => Record<string, () => Tensor>;

/**
 * The value of a function of tensors that has gradients of its own: `forward` gives the value, then what `backward` needs to make
 * the gradients of the inputs from that of the value, dy.
 */
export function withGradient(
  tf: Tf,
  inputs: readonly Tensor[],
  forward: (...inputs: Tensor[]) => readonly [value: Tensor, ...saved: Tensor[]],
  backward: (dy: Tensor, saved: Tensor[]) => Tensor | Tensor[],
): Tensor {
  const differentiable = tf.customGrad((...given) => {
    const [value, ...saved] = forward(...(given.slice(0, -1) as Tensor[]));
    (given.at(-1) as GradSaveFunc)(saved);
    return { value, gradFunc: backward };
  });
  return differentiable(...inputs);
}

/** The gradients that the models of the family need. */
export function familyGradients(tf: Tf): GradConfig[] {
  return [...elementwise(tf), ...ofShapes(tf), ...ofMixes(tf)];
}

function elementwise(tf: Tf): GradConfig[] {
  const withSaved = (kernelName: string, inputsToSave: string[], gradFunc: Gradient): GradConfig => {
    return { kernelName, inputsToSave, gradFunc: gradFunc as GradConfig["gradFunc"] };
  };
  return [
    withSaved("Add", ["a", "b"], (dy, [a, b]) => ({ a: () => summedTo(tf, dy, a), b: () => summedTo(tf, dy, b) })),
    withSaved("Sub", ["a", "b"], (dy, [a, b]) => {
      return { a: () => summedTo(tf, dy, a), b: () => tf.neg(summedTo(tf, dy, b)) };
    }),
    withSaved("Multiply", ["a", "b"], (dy, [a, b]) => {
      const [left, right] = [a, b];
      return { a: () => summedTo(tf, tf.mul(dy, right), a), b: () => summedTo(tf, tf.mul(dy, left), b) };
    }),
    withSaved("RealDiv", ["a", "b"], (dy, [a, b]) => {
      const [left, right] = [a, b];
      const ofRight = () => tf.neg(tf.div(tf.mul(dy, left), tf.square(right)));
      return { a: () => summedTo(tf, tf.div(dy, right), a), b: () => summedTo(tf, ofRight(), b) };
    }),
    withSaved("Square", ["x"], (dy, [x]) => ({ x: () => tf.mul(dy, tf.mul(x, 2)) })),
    withSaved("Relu", ["x"], (dy, [x]) => ({ x: () => tf.mul(dy, tf.step(x)) })),
    withSaved("Reshape", ["x"], (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) })),
    withSaved("Mean", ["x"], (dy, [x], { axis }) => ({ x: () => spread(tf, dy, x, axis as number[], true) })),
    withSaved("Sum", ["x"], (dy, [x], { axis }) => ({ x: () => spread(tf, dy, x, axis as number[], false) })),
  ];
}

/** dy summed over the axes along which `input` was repeated, in the shape of `input`. */
function summedTo(tf: Tf, dy: Tensor, input: Tensor | undefined): Tensor {
  const { shape } = input as Tensor;
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

/** The gradient of a mean or sum over `axis` of x, the same for each number of x. */
function spread(tf: Tf, dy: Tensor, x: Tensor, axis: number | number[], isMean: boolean): Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const count = axes.reduce((product, i) => product * x.shape[i], 1);
  const all = tf.mul(tf.reshape(dy, kept), tf.ones(x.shape));
  return isMean ? tf.div(all, count) : all;
}

/** Operations that only move numbers. */
function ofShapes(tf: Tf): GradConfig[] {
  return [
    {
      kernelName: "Identity",
      gradFunc: (dy) => ({ x: () => tf.clone(dy as Tensor) }),
    },
    {
      kernelName: "Concat",
      saveAllInputs: true,
      gradFunc: (dy, saved, { axis }) => {
        const sizes = saved.map(({ shape }) => shape[axis as number]);
        return byPlace(tf.split(dy as Tensor, sizes, axis as number));
      },
    },
    {
      kernelName: "Pack",
      saveAllInputs: true,
      gradFunc: (dy, _, { axis }) => byPlace(tf.unstack(dy as Tensor, axis as number)),
    },
    { kernelName: "SplitV", gradFunc: (dy, _, { axis }) => ({ x: () => tf.concat(dy as Tensor[], axis as number) }) },
    {
      kernelName: "Slice",
      inputsToSave: ["x"],
      gradFunc: (dy, [x], { begin, size }) => ({ x: () => padded(tf, dy as Tensor, x, begin, size) }),
    },
    {
      kernelName: "Transpose",
      gradFunc: (dy, _, { perm }) => {
        const undone = (perm as number[]).map((_, axis) => (perm as number[]).indexOf(axis));
        return { x: () => tf.transpose(dy as Tensor, undone) };
      },
    },
  ];
}

/** The gradients of a list of inputs. */
function byPlace(gradients: readonly Tensor[]): Record<string, () => Tensor> {
  return Object.fromEntries(gradients.map((gradient, i) => [String(i), () => gradient]));
}

/** dy where a slice of x was, 0 elsewhere. */
function padded(tf: Tf, dy: Tensor, x: Tensor, begin: unknown, size: unknown): Tensor {
  const [from, sizes] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]) as [number[], number[]];
  const around = x.shape.map((whole, i): [number, number] => {
    const before = from[i];
    return [before, whole - before - sizes[i]];
  });
  return tf.pad(dy, around);
}

/** Gates' softmax, and the product with experts' outputs. */
function ofMixes(tf: Tf): GradConfig[] {
  return [
    {
      kernelName: "Softmax",
      outputsToSave: [true],
      gradFunc: (dy, [y], { dim }) => {
        const product = tf.mul(dy as Tensor, y);
        return { logits: () => tf.sub(product, tf.mul(tf.sum(product, [dim as number], true), y)) };
      },
    },
    {
      kernelName: "BatchMatMul",
      inputsToSave: ["a", "b"],
      gradFunc: (dy, [a, b], { transposeA, transposeB }) => {
        const ofProduct = productGradients(tf, Boolean(transposeA), Boolean(transposeB));
        const gradients = ofProduct(dy as Tensor, a, b);
        return {
          a: () => summedTo(tf, gradients.a(), a),
          b: () => summedTo(tf, gradients.b(), b),
        };
      },
    },
  ];
}

/** Of a b, with matrices of a or b transposed: dy → the gradients of a and of b. */
function productGradients(tf: Tf, transposeA: boolean, transposeB: boolean) {
  return (dy: Tensor, a: Tensor, b: Tensor) => ({
    a: () => (transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB)),
    b: () => (transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false)),
  });
}
