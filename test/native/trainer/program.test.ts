import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, test } from "vitest";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { AtOnceProgram } from "../../../src/engines/tfjs/trainer/at-once.ts";
import { GraphProgram } from "../../../src/engines/tfjs/trainer/graph-program.ts";
import type { Loop, ProgramSpec, Specs, Tensors } from "../../../src/engines/tfjs/trainer/program.ts";
import { expectClose } from "../../support/close.ts";

const tf = await loadTf("tensorflow");
const [N, D, H, B] = [11, 3, 5, 7];

/** A network of one hidden layer on rows of a set, by gradient descent with momentum, at a rate that is fed. */
const VARIABLES: Specs = {
  hidden: { shape: [D, H], dtype: "float32" },
  output: { shape: [H, 1], dtype: "float32" },
  momentum: { shape: [D, H], dtype: "float32" },
  set: { shape: [null, D], dtype: "float32" },
};
const TRAIN: Loop = {
  fed: { rows: { shape: [B], dtype: "int32" }, rate: { shape: [], dtype: "float32" } },
  variables: ["set", "hidden", "output", "momentum"],
  step: descend,
};

function descend({ hidden, output, momentum, set, rows, rate }: Tensors): { next: Tensors; outputs: Tensors } {
  const x = tf.gather(set as Tensor2D, rows) as Tensor2D;
  const y = tf.exp(tf.neg(tf.square(tf.sum(x, 1, true))));
  const loss = (hidden: Tensor, output: Tensor) =>
    tf.mean(tf.square(tf.sub(tf.matMul(tf.relu(tf.matMul(x, hidden as Tensor2D)), output as Tensor2D), y)), [0, 1]);
  const { value, grads } = tf.valueAndGrads(loss)([hidden, output] as Tensor[]);
  const [slope, outputSlope] = grads as [Tensor, Tensor];
  const faster = tf.add(tf.mul(momentum, 0.9), slope);
  const moved = (weights: Tensor, by: Tensor) => tf.sub(weights, tf.mul(by, rate));
  const next = {
    hidden: moved(hidden, faster),
    output: moved(output, outputSlope),
    momentum: faster,
  };
  return { next, outputs: { loss: value, slope: outputSlope } };
}

function start(): Tensors {
  return {
    hidden: tf.randomNormal([D, H], 0, 1, "float32", 1),
    output: tf.randomNormal([H, 1], 0, 1, "float32", 2),
    momentum: tf.zeros([D, H]),
    set: tf.randomNormal([N, D], 0, 1, "float32", 3),
  };
}

/** What `steps` steps are fed, from number `first` on. */
function fedFor(steps: number, first = 0): Tensors {
  const numbers = Array.from({ length: steps * B }, (_, at) => ((first * B + at) * 4) % N);
  const rates = Array.from({ length: steps }, (_, step) => 0.1 / (1 + first + step));
  return { rows: tf.tensor(numbers, [steps, B], "int32"), rate: tf.tensor1d(rates) };
}

let program: GraphProgram | undefined;
afterEach(() => {
  program?.dispose();
  program = undefined;
});

function started(changes: Partial<ProgramSpec> = {}): GraphProgram {
  program = new GraphProgram(tf, { variables: VARIABLES, loops: { train: TRAIN }, ...changes });
  program.assign(start());
  return program;
}

/** Losses and the last weights of steps at once. */
function atOnce(steps: number) {
  const program = new AtOnceProgram(tf, { loops: { train: TRAIN } });
  program.assign(start());
  const { loss } = program.run("train", steps, fedFor(steps));
  return { losses: loss.dataSync(), hidden: program.read("hidden")[0].dataSync() };
}

describe.each([false, true])("a program, concurrent: %s", (concurrent) => {
  test("has the losses and the weights of steps at once, after 50 steps", () => {
    const { losses, hidden } = atOnce(50);
    const graph = started({ concurrent });
    expectClose(graph.run("train", 50, fedFor(50)).loss?.dataSync(), losses, 1e-6);
    expectClose(graph.read("hidden")[0]?.dataSync(), hidden, 1e-6);
    expect(losses[49]).toBeLessThan(0.7 * losses[0]);
  });

  test("goes on where it was left: 4 steps and 9 are 13", () => {
    const whole = started({ concurrent }).run("train", 13, fedFor(13));
    program?.dispose();
    const parts = [started({ concurrent }).run("train", 4, fedFor(4)), program?.run("train", 9, fedFor(9, 4))];
    for (const key of ["loss", "slope"])
      expect(parts.flatMap((part) => [...(part?.[key]?.dataSync() ?? [])])).toEqual([
        ...(whole[key]?.dataSync() ?? []),
      ]);
    expect(whole.slope?.shape).toEqual([13, H, 1]);
  });
});

test("assign(values) starts again, with a variable of another size where its spec leaves that open", () => {
  const graph = started();
  const first = graph.run("train", 5, fedFor(5)).loss?.dataSync();
  const set = start().set;
  graph.assign({ ...start(), set: tf.concat([set, tf.ones([2, D])]) });
  expect(graph.run("train", 5, fedFor(5)).loss?.dataSync()).toEqual(first);
});

test("two programs have variables of their own", () => {
  const one = started();
  const other = new GraphProgram(tf, { variables: VARIABLES, loops: { train: TRAIN } });
  other.assign({ ...start(), hidden: tf.zeros([D, H]) });
  other.run("train", 3, fedFor(3));
  expect(one.read("hidden")[0]?.dataSync()).toEqual(start().hidden?.dataSync());
  other.dispose();
});

test("loops of one program share its variables", () => {
  const norm: Loop = {
    fed: {},
    variables: ["hidden"],
    step: ({ hidden }) => ({ outputs: { norm: tf.sum(tf.square(hidden)) } }),
  };
  const both = started({ loops: { train: TRAIN, norm } });
  const [before] = both.run("norm", 1, {}).norm?.dataSync() ?? [];
  both.run("train", 8, fedFor(8));
  const [after, again] = both.run("norm", 2, {}).norm?.dataSync() ?? [];
  const expected = tf.sum(tf.square(both.read("hidden")[0])).dataSync()[0];
  expect(after).toBeCloseTo(expected, 5);
  expect([after, before === after]).toEqual([again, false]);
});

test("whole numbers keep all their bits, those too that would be none of float32's numbers", () => {
  const odd = [-1, 0x7f800001, 1, -0x80000000, 0x7fffffff];
  const spec = { shape: [odd.length], dtype: "int32" } as const;
  const pass: Loop = {
    fed: { given: spec },
    variables: ["held"],
    step: ({ given, held }) => ({
      next: { held: given },
      outputs: { sum: tf.add(given, held), held: held },
    }),
  };
  program = new GraphProgram(tf, { variables: { held: spec }, loops: { pass } });
  program.assign({ held: tf.zeros([odd.length], "int32") });
  const { sum, held } = program.run("pass", 2, { given: tf.tensor([...odd, ...odd], [2, odd.length], "int32") });
  expect([...held.dataSync()]).toEqual([...odd.map(() => 0), ...odd]);
  expect([...sum.dataSync()]).toEqual([...odd, ...odd.map((value) => (2 * value) | 0)]);
  expect([...program.read("held")[0].dataSync()]).toEqual(odd);
});

/** The same descent with variables that are changed where they lie. */
const IN_PLACE: Loop = {
  fed: TRAIN.fed,
  variables: ["set", "momentum"],
  inPlace: ["hidden", "output"],
  step: (inputs) => {
    const { next, outputs } = descend({ ...inputs, rate: tf.onesLike(inputs.rate) });
    const move = (key: string) => tf.sub(inputs[key], next[key]);
    const updates = ["hidden", "output"].map((key) => ({
      op: "ResourceApplyGradientDescent" as const,
      variables: [key],
      inputs: [inputs.rate, move(key)],
    }));
    return { next: { momentum: next.momentum }, updates, outputs };
  },
};

test.each([false, true])("updates change variables where they lie, concurrent: %s", (concurrent) => {
  const { losses, hidden } = atOnce(50);
  const graph = started({ loops: { train: IN_PLACE }, concurrent });
  expectClose(graph.run("train", 50, fedFor(50)).loss?.dataSync(), losses, 1e-6);
  expectClose(graph.read("hidden")[0]?.dataSync(), hidden, 1e-6);
});

describe("a program refuses", () => {
  test("to be fed for another number of steps", () => {
    expect(() => started().run("train", 3, fedFor(4))).toThrow("run: train: rows: expected [3, ...], got [4,7]");
  });

  test("a step that throws, and leaves no tensor of it", () => {
    const { numTensors } = tf.memory();
    const step = () => {
      throw new RangeError("not this one");
    };
    expect(() => started({ loops: { train: { ...TRAIN, step } } })).toThrow("not this one");
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test("a loop that it has not", () => {
    expect(() => started().run("test", 1, {})).toThrow("expected a loop of train, got test");
  });

  test("an update of a variable that is not in place", () => {
    const loops = { train: { ...IN_PLACE, variables: ["set", "momentum", "output"], inPlace: ["hidden"] } };
    const message = "train: ResourceApplyGradientDescent: output is not a variable in place";
    expect(() => started({ loops })).toThrow(message);
  });

  test("a step that changes a variable's shape, or one that it has not", () => {
    const grow = (next: (inputs: Tensors) => Tensors): Loop => ({
      fed: {},
      variables: ["output"],
      step: (inputs) => ({ next: next(inputs), outputs: {} }),
    });
    const wider = grow(({ output }) => ({ output: tf.tile(output, [1, 2]) }));
    expect(() => started({ loops: { wider } })).toThrow(
      "wider: next.output: expected float32 [5, 1], got type 1 [5, 2]",
    );
    const other = grow(({ output }) => ({ hidden: output }));
    expect(() => started({ loops: { other } })).toThrow("other: next.hidden: the step has no variable of this name");
  });
});
