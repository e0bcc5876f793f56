// Gradients of further operations, for models in JavaScript: those that plain networks are made of.
import type { GradConfig, NamedAttrMap, Tensor } from "@tensorflow/tfjs-core";
import { type Gradient, summedTo, type Tf } from "./gradients.ts";

/** The gradient of an operation of one input, elementwise: dy and the input, or the output, → dx. */
type Elementwise = (tf: Tf, dy: Tensor, saved: Tensor, attributes: NamedAttrMap) => Tensor;

export function operationGradients(tf: Tf): GradConfig[] {
  return [...elementwise(tf), ...binary(tf), ...choices(tf), ...reductions(tf), ...shapes(tf)];
}

const OF_INPUT: Readonly<Record<string, Elementwise>> = {
  Abs: (tf, dy, x) => tf.mul(dy, tf.sign(x)),
  ClipByValue: (tf, dy, x, { clipValueMin, clipValueMax }) => {
    return within(
      tf,
      dy,
      tf.logicalAnd(tf.greaterEqual(x, Number(clipValueMin)), tf.lessEqual(x, Number(clipValueMax))),
    );
  },
  Cos: (tf, dy, x) => tf.neg(tf.mul(dy, tf.sin(x))),
  Erf: (tf, dy, x) => tf.mul(dy, tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x))))),
  Expm1: (tf, dy, x) => tf.mul(dy, tf.exp(x)),
  LeakyRelu: (tf, dy, x, { alpha }) => tf.where(tf.greater(x, 0), dy, tf.mul(dy, Number(alpha))),
  Log: (tf, dy, x) => tf.div(dy, x),
  Log1p: (tf, dy, x) => tf.div(dy, tf.add(x, 1)),
  Neg: (tf, dy) => tf.neg(dy),
  Reciprocal: (tf, dy, x) => tf.neg(tf.div(dy, tf.square(x))),
  Relu6: (tf, dy, x) => within(tf, dy, tf.logicalAnd(tf.greater(x, 0), tf.lessEqual(x, 6))),
  Rsqrt: (tf, dy, x) => tf.div(tf.mul(dy, -0.5), tf.mul(x, tf.sqrt(x))),
  Sin: (tf, dy, x) => tf.mul(dy, tf.cos(x)),
  Softplus: (tf, dy, x) => tf.mul(dy, tf.sigmoid(x)),
  Sqrt: (tf, dy, x) => tf.div(dy, tf.mul(tf.sqrt(x), 2)),
  Square: (tf, dy, x) => tf.mul(dy, tf.mul(x, 2)),
};

const OF_OUTPUT: Readonly<Record<string, Elementwise>> = {
  Elu: (tf, dy, y) => tf.where(tf.greater(y, 0), dy, tf.mul(dy, tf.add(y, 1))),
  Exp: (tf, dy, y) => tf.mul(dy, y),
  Sigmoid: (tf, dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  Tanh: (tf, dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))),
};

/** Operations that are flat wherever they have a slope. */
const FLAT = ["Ceil", "Floor", "OnesLike", "Round", "Sign", "Step", "ZerosLike"];

function elementwise(tf: Tf): GradConfig[] {
  const ofInput = Object.entries(OF_INPUT).map(([kernelName, of]) =>
    config(kernelName, ["x"], (dy, [x], attributes) => ({ x: () => of(tf, dy, x as Tensor, attributes) })),
  );
  const ofOutput = Object.entries(OF_OUTPUT).map(([kernelName, of]) => ({
    ...config(kernelName, [], (dy, [y], attributes) => ({ x: () => of(tf, dy, y as Tensor, attributes) })),
    outputsToSave: [true],
  }));
  return [...ofInput, ...ofOutput, ...FLAT.map((name) => config(name, [], (dy) => ({ x: () => tf.zerosLike(dy) })))];
}

/** Of two inputs that broadcast; each gets the sum over what it was repeated along. */
function binary(tf: Tf): GradConfig[] {
  const slopes = (kernelName: string, ofA: Slope, ofB: Slope) =>
    config(kernelName, ["a", "b"], (dy, [a, b]) => {
      const [left, right] = [a as Tensor, b as Tensor];
      return { a: () => summedTo(tf, ofA(dy, left, right), left), b: () => summedTo(tf, ofB(dy, left, right), right) };
    });
  const difference: Slope = (dy, a, b) => tf.mul(tf.mul(dy, 2), tf.sub(a, b));
  return [
    slopes(
      "RealDiv",
      (dy, _, b) => tf.div(dy, b),
      (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
    ),
    slopes("SquaredDifference", difference, (dy, a, b) => tf.neg(difference(dy, a, b))),
    slopes(
      "Maximum",
      (dy, a, b) => within(tf, dy, tf.greaterEqual(a, b)),
      (dy, a, b) => within(tf, dy, tf.less(a, b)),
    ),
    slopes(
      "Minimum",
      (dy, a, b) => within(tf, dy, tf.lessEqual(a, b)),
      (dy, a, b) => within(tf, dy, tf.greater(a, b)),
    ),
    slopes(
      "Pow",
      (dy, a, b) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
      (dy, a, b) => tf.mul(dy, tf.mul(tf.pow(a, b), tf.where(tf.greater(a, 0), tf.log(a), tf.zerosLike(a)))),
    ),
  ];
}

type Slope = (dy: Tensor, a: Tensor, b: Tensor) => Tensor;

const COMPARISONS = ["Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalOr", "NotEqual"];

/** Masks and indices have no slope: a gradient of 0 ends there. The largest values pass theirs on to where they were. */
function choices(tf: Tf): GradConfig[] {
  const none = (input: Tensor | undefined) => () => tf.zeros((input as Tensor).shape);
  return [
    ...COMPARISONS.map((name) => config(name, ["a", "b"], (_, [a, b]) => ({ a: none(a), b: none(b) }))),
    config("LogicalNot", ["x"], (_, [x]) => ({ x: none(x) })),
    config("ArgMax", ["x"], (_, [x]) => ({ x: none(x) })),
    config("OneHot", ["indices"], (_, [indices]) => ({ indices: none(indices) })),
    config("Select", ["condition"], (dy, [condition]) => ({
      condition: none(condition),
      t: () => within(tf, dy, condition as Tensor),
      e: () => within(tf, dy, tf.logicalNot(condition as Tensor)),
    })),
    {
      kernelName: "TopK",
      inputsToSave: ["x"],
      outputsToSave: [false, true],
      gradFunc: (dy, [x, indices]) => {
        const places = () => {
          const hot = tf.oneHot(tf.cast(indices as Tensor, "int32"), (x as Tensor).shape.at(-1) as number);
          return tf.cast(hot, "float32"); // on wasm, oneHot writes whole numbers, whatever the type
        };
        return { x: () => tf.sum(tf.mul(tf.expandDims((dy as Tensor[])[0] as Tensor, -1), places()), -2) };
      },
    },
  ];
}

function reductions(tf: Tf): GradConfig[] {
  const extremum = (kernelName: string, axisName: string): GradConfig => ({
    ...config(kernelName, ["x"], (dy, [x, y], attributes) => {
      const axis = attributes[axisName] as number[];
      const at = () => tf.equal(x as Tensor, kept(tf, y as Tensor, x as Tensor, axis));
      return { x: () => within(tf, tf.mul(kept(tf, dy, x as Tensor, axis), tf.onesLike(x as Tensor)), at()) };
    }),
    outputsToSave: [true],
  });
  return [
    config("Sum", ["x"], (dy, [x], { axis }) => ({
      x: () => tf.mul(kept(tf, dy, x as Tensor, axis as number[]), tf.ones((x as Tensor).shape)),
    })),
    extremum("Max", "reductionIndices"),
    extremum("Min", "axis"),
  ];
}

/** A reduced tensor with axes of 1 where x was reduced. */
function kept(tf: Tf, reduced: Tensor, { shape }: Tensor, axis: number | number[]): Tensor {
  const axes = tf.util.parseAxisParam(axis, shape);
  return tf.reshape(
    reduced,
    shape.map((size, i) => (axes.includes(i) ? 1 : size)),
  );
}

function shapes(tf: Tf): GradConfig[] {
  return [
    config("Cast", [], (dy) => ({ x: () => tf.cast(dy, "float32") })),
    config("ExpandDims", ["input"], (dy, [x]) => ({ input: () => tf.reshape(dy, (x as Tensor).shape) })),
    config("Tile", ["x"], (dy, [x], { reps }) => ({ x: () => untiled(tf, dy, x as Tensor, reps as number[]) })),
    {
      kernelName: "Unpack",
      gradFunc: (dy, _, { axis }) => ({ value: () => tf.stack(dy as Tensor[], axis as number) }),
    },
    {
      kernelName: "PadV2",
      inputsToSave: ["x"],
      gradFunc: (dy, [x], { paddings }) => {
        const begin = (paddings as unknown as [number, number][]).map(([before]) => before);
        return { x: () => tf.slice(dy as Tensor, begin, (x as Tensor).shape) };
      },
    },
  ];
}

/** dy summed over the repetitions of x. */
function untiled(tf: Tf, dy: Tensor, { shape }: Tensor, reps: readonly number[]): Tensor {
  const sizes = shape.flatMap((size, axis) => [reps[axis] as number, size]);
  return tf.sum(
    tf.reshape(dy, sizes),
    shape.map((_, axis) => 2 * axis),
  );
}

/** dy where the condition holds, else 0. */
function within(tf: Tf, dy: Tensor, condition: Tensor): Tensor {
  return tf.mul(dy, tf.cast(condition, "float32"));
}

function config(kernelName: string, inputsToSave: string[], gradFunc: Gradient): GradConfig {
  return { kernelName, inputsToSave, gradFunc: gradFunc as GradConfig["gradFunc"] };
}
