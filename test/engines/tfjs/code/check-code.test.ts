import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkCode } from "../../../../src/engines/tfjs/code/check-code.ts";
import { loadCode } from "../../../../src/engines/tfjs/code/load-code.ts";
import { loadTf } from "../../../../src/engines/tfjs/tf.ts";
import { UsageError } from "../../../../src/errors.ts";
import { BOTTOM, COUNTING, codeModel, DRAWING, LINEAR, MEASURING } from "../../../support/code-model.ts";

const tf = await loadTf("wasm");

/** Tries a model with this text: what is said as it is refused, from the file's name on; nothing if it is taken. */
async function complaintOf(text: string): Promise<string> {
  const model = codeModel(text);
  const loaded = await loadCode(model);
  const before = tf.memory().numTensors;
  try {
    await checkCode(tf, loaded);
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace(`model mine: ${model.file}`, "mine.mjs");
    throw error;
  }
  expect(tf.memory().numTensors).toBe(before);
  return "";
}

/** LINEAR with another expression for its predictions, on line 4. */
const returning = (value: string, before = "") => before + LINEAR.replace("tf.add(tf.matMul(x, w), b)", value);

/** COUNTING with another state after a step, on line 7. */
const keeping = (state: string, before = "") => before + COUNTING.replace("{ steps: tf.add(state.steps, 1) }", state);

/** A generator that is seeded as the module loads: what it gives depends on the calls before. */
const GENERATOR = "let seed = 7; const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647; ";

/** LINEAR whose b is drawn so. */
const drawing = (draw: string, before = GENERATOR) =>
  before + LINEAR.replace("b: [tasks]", `b: { shape: [tasks], initial: ${draw} }`);

/** A value that throws whatever is done with it. */
const HOSTILE = `new Proxy({}, new Proxy({}, { get() { throw new Error("can't be read"); } }))`;

/** LINEAR that measures itself so, on line 1. */
const measuring = (value: string) => LINEAR.replace("{", `{ diagnostics: (tf, x, p) => (${value}),`);

/** LINEAR that is trained on this, on line 1. */
const losing = (value: string) => LINEAR.replace("{", `{ loss: (tf, outputs, labels) => (${value}),`);

/** LINEAR with what it does in training alone, on line 3. */
const inTraining = (value: string, before = "") =>
  returning(`training ? ${value} : tf.add(tf.matMul(x, w), b)`, before).replace("{ w, b })", "{ w, b }, { training })");

describe("checkCode(tf, loaded)", () => {
  test.each([
    ["a linear map", LINEAR],
    ["a bottom with towers", BOTTOM],
    ["a penalty", returning("{ outputs: tf.add(tf.matMul(x, w), b), penalty: tf.sum(tf.square(w)) }")],
    ["a parameter that only the penalty uses", returning("{ outputs: tf.matMul(x, w), penalty: tf.sum(b) }")],
    [
      "a logarithm of what begins at 1",
      returning("tf.div(tf.matMul(x, w), tf.exp(tf.log(b)))").replace(
        "b: [tasks]",
        "b: { shape: [tasks], initial: 1 }",
      ),
    ],
    [
      "a gate of the largest",
      LINEAR.replace(
        "return tf.add(tf.matMul(x, w), b)",
        `const gate = tf.matMul(x, w);
    const chosen = tf.greaterEqual(gate, tf.topk(gate, 1).values);
    return tf.add(tf.where(chosen, gate, tf.zerosLike(gate)), b)`,
      ),
    ],
    ["a state", COUNTING],
    ["a state and numbers of its own", MEASURING],
    ["batch normalisation with moving means", readFileSync("examples/batch-norm.mjs", "utf8")],
    ["random numbers and a loss of its own", DRAWING],
    ["noisy gates", readFileSync("examples/noisy-gates.mjs", "utf8")],
    ["losses weighted by uncertainty", readFileSync("examples/uncertainty.mjs", "utf8")],
    ["rows of a batch that depend on each other", inTraining("tf.add(tf.sub(tf.matMul(x, w), tf.mean(x)), b)")],
    ["operations that the family does without", returning("tf.tanh(tf.add(tf.matMul(x, tf.sigmoid(w)), tf.exp(b)))")],
  ])("takes %s", async (_, text) => {
    expect(await complaintOf(text)).toBe("");
  });

  test.each([
    [
      LINEAR.replace("b: [tasks]", "b: { shape: [tasks], initial: () => [1] }"),
      /^mine.mjs: parameters: b: initial: expected 2/,
    ],
    [returning("tf.matMul(x, w).add(b)"), "mine.mjs:4: tf.matMul(...).add is not a function"],
    [returning("tf.matMul(w, x)"), /^mine.mjs:4: Error in matMul: inner shapes \(2\) and \(7\)/],
    [returning("tf.transpose(tf.add(tf.matMul(x, w), b))"), "mine.mjs: forward: expected a tensor [7, 2], got [2, 7]"],
    [returning("tf.sum(tf.matMul(x, w), 1)"), "mine.mjs: forward: expected a tensor [7, 2], got [7]"],
    [LINEAR.replace("return", ""), "mine.mjs: forward: expected a tensor [7, 2], got nothing"],
    [returning("7"), "mine.mjs: forward: expected a tensor [7, 2], got number"],
    [LINEAR.replace("forward", "async forward"), "mine.mjs: forward: expected a tensor [7, 2], got a promise"],
    [
      returning("{ outputs: tf.add(tf.matMul(x, w), b), penalty: tf.square(b) }"),
      "mine.mjs: forward: penalty: expected a tensor [], got [2]",
    ],
    [returning("tf.log(tf.add(tf.matMul(x, w), b))"), "mine.mjs: forward: expected finite numbers, got others"],
    [returning("tf.matMul(x, w)"), /^mine.mjs: parameters: b: gets no gradient: forward does not use it/],
    [
      returning("tf.add(tf.matMul(x, tf.tensor(w.arraySync())), b)"),
      /^mine.mjs: parameters: w: gets no gradient: .* not by operations of tf$/,
    ],
    [
      returning("tf.tan(tf.add(tf.matMul(x, w), b))"),
      "mine.mjs: forward: Tan has no gradient here; use other operations",
    ],
    [
      returning("tf.sqrt(tf.mul(tf.square(tf.add(tf.matMul(x, w), b)), 0))"),
      "mine.mjs: parameters: w: its gradient has numbers that are not finite",
    ],
    [
      returning("tf.add(tf.sub(tf.matMul(x, w), tf.mean(x)), b)"),
      "mine.mjs: forward: a row's prediction depends on the rows beside it, which evaluations put together",
    ],
    [returning("tf.add(tf.matMul(tf.reshape(x, [7, 5]), w), b)"), /^mine.mjs:4: Size\(15\) must match/],
    [returning("tf.add(tf.matMul(x, w), tf.mul(b, Math.random()))"), /^mine.mjs:4: draws random numbers: a run must/],
    [returning("tf.add(tf.matMul(x, w), tf.mul(b, tf.randomNormal([2])))"), /^mine.mjs:4: draws random numbers/],
    [
      returning("tf.add(tf.matMul(x, w), tf.mul(b, ++calls))", "let calls = 0; "),
      "mine.mjs: forward: gives other values for the same arguments after another call: what it keeps must be its state",
    ],
    [inTraining("tf.add(tf.matMul(x, w), tf.mul(b, ++calls))", "let calls = 0; "), /: gives other values for the same/],
    [
      drawing("() => [next(), next()]"),
      "mine.mjs: initial: gives other values for the same run after another call: it must draw from its argument alone",
    ],
    [
      drawing("({ size }) => new Array(size).fill(loaded)", "const loaded = performance.now(); "),
      /: initial: gives other values for the same run when the file is loaded again: it must draw from its argument alone/,
    ],
    [
      drawing("loaded", "const loaded = performance.now(); "),
      "mine.mjs: parameters: other shapes or initial values when the file is loaded again",
    ],
    [
      returning("tf.mul(tf.add(tf.matMul(x, w), b), loaded)", "const loaded = performance.now(); "),
      "mine.mjs: forward: gives other values when the file is loaded again",
    ],
    [
      returning("tf.engine().endScope()"),
      "mine.mjs:4: tf.engine is not for a model: it is mmoe that chooses the backend and frees tensors",
    ],
    [returning("tf.setBackend('cpu')"), /^mine.mjs:4: tf.setBackend is not for a model/],
    [returning(HOSTILE), "mine.mjs:4: can't be read"],
    [returning(`(() => { throw ${HOSTILE} })()`), "mine.mjs: threw something that can't be read"],
    [keeping("{ steps: tf.add(state.steps, ++calls) }", "let calls = 0; "), /: gives other values for the same/],
    [keeping("null"), "mine.mjs: forward: state: steps: expected a tensor [], got nothing"],
    [keeping("{}"), "mine.mjs: forward: state: steps: expected a tensor [], got nothing"],
    [COUNTING.replace("{ outputs, state:", "outputs && { outputs, stat:"), /: state: steps: expected .*, got nothing$/],
    [
      keeping("{ step: state.steps, steps: state.steps }"),
      "mine.mjs: forward: state: 'step' is not declared; state() has all names",
    ],
    [keeping("{ steps: tf.mean(x, 0) }"), "mine.mjs: forward: state: steps: expected a tensor [], got [5]"],
    [keeping("{ steps: tf.scalar(1, 'int32') }"), /: state: steps: expected a tensor \[\], got \[\] of int32$/],
    [keeping("{ steps: tf.div(1, state.steps) }"), "mine.mjs: forward: expected finite numbers, got others"],
    [
      returning("tf.add(tf.matMul(x, w), random.normals([2]))").replace("b })", "b }, { random })"),
      "mine.mjs:4: random.normals: only training steps draw; use it where `training` is true",
    ],
    [DRAWING.replace("w.shape", "7"), "mine.mjs:5: random.normals: expected a shape of whole numbers from 1, got 7"],
    [losing("tf.mean(outputs, 1)"), "mine.mjs: loss: expected a tensor [] or [2], got [7]"],
    [losing("7"), "mine.mjs: loss: expected a tensor [] or [2], got number"],
    [
      losing("tf.log(tf.neg(tf.sum(tf.square(outputs))))"),
      "mine.mjs: forward or loss: expected finite numbers, got others",
    ],
    [
      losing("tf.mean(tf.square(labels))"),
      /^mine.mjs: parameters: w: gets no gradient: forward and loss do not use it/,
    ],
    [losing("tf.mul(tf.mean(outputs), Math.random())"), /^mine.mjs:1: draws random numbers/],
    [measuring("undefined"), "mine.mjs: diagnostics: expected { name: tensor }, got nothing"],
    [measuring("tf.mean(x)"), "mine.mjs: diagnostics: expected { name: tensor }, got []"],
    [measuring("{ a: tf.mean(x, 0) }"), "mine.mjs: diagnostics: a: expected a tensor [], got [5]"],
    [measuring("{ a: 1 }"), "mine.mjs: diagnostics: a: expected a tensor [], got number"],
    [measuring("{ 'a, b': tf.mean(x) }"), /^mine.mjs: diagnostics: 'a, b': expected a name of letters, digits and /],
    [measuring("{ a: tf.mean(y) }"), "mine.mjs:1: y is not defined"],
    [
      COUNTING.replace("state.steps);", "tf.add(state.steps, tf.mean(x)));"),
      "mine.mjs: forward: with training: false, a row's prediction depends on the rows beside it, which evaluations put together",
    ],
  ])("refuses %j", async (text, message) => {
    expect(await complaintOf(text)).toMatch(message);
  });

  test("leaves Math.random as it was", async () => {
    const { random } = Math;
    await complaintOf(returning("nothing"));
    expect(Math.random).toBe(random);
  });
});
