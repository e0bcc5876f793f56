// What models in Python and in JavaScript have alike; what is each language's own is in the files beside this one.
import { afterAll, describe, expect, test } from "vitest";
import type { AnyRun } from "../../../src/engines/engine.ts";
import { nodeAdapter, pythonAdapter } from "../../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../../src/engines/process/process-engine.ts";
import { feedOf } from "../../../src/engines/rows/row-source.ts";
import { codeModel, LINEAR } from "../../support/code-model.ts";
import { numbersRun } from "../../support/gap-runs.ts";
import { complaintOf, MASKED_LINEAR, NUMPY_LINEAR, PYTHON, pythonModel, WITHOUT_PYTHON } from "../../support/python.ts";
import { range } from "../../support/reference.ts";
import { fedBatch } from "../../support/runs.ts";
import { codeRun, resultsOf } from "../tfjs/runs.ts";
import { keptBetween, resumed } from "./resuming.ts";

const tick = 10;
const adapters = [nodeAdapter(), pythonAdapter({ path: PYTHON ?? "python3", from: "PATH" })];

/** Linear maps by gradient descent: as they are, from random values, with noise in each step and a state that shrinks, and so on. */
const LANGUAGES = [
  {
    language: "JavaScript",
    modelOf: codeModel,
    plain: LINEAR,
    drawn: LINEAR.replace("new Float64Array(", "Float64Array.from({ length: ").replace(
      "* tasks)",
      "* tasks }, Math.random)",
    ),
    noisy: LINEAR.replace("const error =", "const error = 0.1 * Math.random() +")
      .replace("return losses", "this.taken = (this.taken ?? 0) + 1;\n    return losses")
      .replace("() => this.w", "() => [this.w, new Float64Array(4000 - 4 * (this.taken ?? 0))]")
      .replace("Dict(w) {", "Dict([w, queue]) {\n    this.taken = (4000 - queue.length) / 4;"),
    counting: `let count = 0;\n${LINEAR.replace("this.rate =", "this.rate = ++count *").replace("lr : 2 * lr", "(lr) : (2 * lr)")}`,
    masked: LINEAR.replace(
      "{ lr, optimizer }) {",
      "{ lr, optimizer, kinds }) {\n    if (kinds.some(({ gaps }) => !gaps)) throw 7;",
    )
      .replace("losses[k] +=", "if (Number.isNaN(error)) continue;\n        losses[k] +=")
      .replaceAll("/ B", "/ y.filter((v, i) => i % K === k && v === v).length")
      .replace(
        "return losses",
        "return losses.map((loss, k) => (y.some((v, i) => i % K === k && v === v) ? loss : NaN))",
      ),
    forgetful: LINEAR.replace("this.w = w;", ""),
    rounded: LINEAR.replace("() => this.w;", "() => Float32Array.from(this.w);").replace(
      "this.w = w;",
      "this.w = Float64Array.from(w);",
    ),
    stateless: LINEAR.replace("stateDict = () => this.w", "stateDict = () => {}"),
    below: LINEAR.replace("return losses;", "return B === 3 ? [1, -3] : losses;"),
    weighed: (weights: string) => LINEAR.replace("  stateDict =", `  weights = () => (${weights});\n  stateDict =`),
    slowed: LINEAR.replace("    for (let i = 0; i < w.length", "    this.rate /= 2;\n    for (let i = 0; i < w.length"),
    kept: { steps: 800, between: [100, 700] },
  },
  {
    language: "Python",
    modelOf: pythonModel,
    plain: NUMPY_LINEAR,
    drawn: NUMPY_LINEAR.replace("spread=0.0", "spread=1.0"),
    noisy: NUMPY_LINEAR.replace("error = x", "self.taken += 1\n        error = 0.1 * np.random.normal() + x")
      .replace("        self.parameter_count", "        self.taken = 0\n        self.parameter_count")
      .replace('{"w": self.w}', '{"w": self.w, "queue": np.zeros(4000 - 4 * self.taken)}')
      .replace('self.w = state["w"]', 'self.w, self.taken = state["w"], (4000 - len(state["queue"])) // 4'),
    counting: NUMPY_LINEAR.replace("class Linear:", "COUNT = []\n\n\nclass Linear:").replace(
      "        self.w = ",
      "        COUNT.append(1)\n        self.w = len(COUNT) + ",
    ),
    masked: MASKED_LINEAR,
    forgetful: NUMPY_LINEAR.replace('self.w = state["w"]', "pass"),
    rounded: NUMPY_LINEAR.replace('return {"w": self.w}', 'return {"w": self.w.astype("f4")}').replace(
      'state["w"]',
      'state["w"].astype("f8")',
    ),
    stateless: NUMPY_LINEAR.replace('return {"w": self.w}', "return None"),
    below: NUMPY_LINEAR.replace("return (error**2).mean(0)", "return [1, -3] if len(x) == 3 else (error**2).mean(0)"),
    weighed: (weights: string) =>
      `${NUMPY_LINEAR}\n    def weights(self):\n        return ${weights.replace("null", "None")}\n`,
    slowed: NUMPY_LINEAR.replace("        self.w -=", "        self.rate /= 2\n        self.w -="),
    kept: { steps: 300, between: [100, 250] },
  },
] as const;

/**
 * Losses of gradient descent on a linear map from 0, in float64, at each step and over the held-out rows at the end: means over
 * the rows that have a task's label, 0 where none has.
 */
function linearLosses(run: AnyRun, lr: number): { steps: number[][]; heldout: number[] } {
  const { inputs: D, tasks: K } = run.model;
  const { sets } = feedOf(run);
  const w = range(D).map(() => new Array<number>(K).fill(0));
  const error = (x: Float32Array, y: Float32Array, b: number, k: number) =>
    w.reduce((sum, weights, d) => sum + x[b * D + d] * weights[k], -y[b * K + k]);
  const labelled = (y: Float32Array, k: number) => range(y.length / K).filter((b) => !Number.isNaN(y[b * K + k]));
  const meanLosses = (x: Float32Array, y: Float32Array) =>
    range(K).map((k) => {
      const rows = labelled(y, k);
      return rows.reduce((sum, b) => sum + error(x, y, b, k) ** 2, 0) / Math.max(1, rows.length);
    });
  const losses = range(run.training.steps).map((i) => {
    const { x, y } = fedBatch(run, i + 1);
    const before = meanLosses(x, y);
    const gradients = w.map((weights, d) =>
      weights.map((_, k) => {
        const rows = labelled(y, k);
        return rows.reduce((sum, b) => sum + (2 / rows.length) * error(x, y, b, k) * x[b * D + d], 0);
      }),
    );
    for (const [d, weights] of w.entries())
      for (let k = 0; k < K; k++) weights[k] = weights[k] - lr * gradients[d]?.[k];
    return before;
  });
  return { steps: losses, heldout: meanLosses(sets.heldout.x, sets.heldout.y) };
}

describe.each(LANGUAGES)(
  "a model in $language",
  ({
    language,
    modelOf,
    plain,
    drawn,
    noisy,
    counting,
    masked,
    forgetful,
    rounded,
    stateless,
    slowed,
    below,
    weighed,
    kept,
  }) => {
    const adapter = adapters[language === "Python" ? 1 : 0];
    const engine = new ProcessEngine({ adapter, jobs: 2, patience: { tick } });
    afterAll(() => engine.dispose());

    describe.skipIf(language === "Python" && PYTHON === undefined)(language === "Python" ? WITHOUT_PYTHON : "", () => {
      test.each([17, "fresh"] as const)("trains on the run's own rows of %s", async (trainRows) => {
        const run = codeRun(modelOf(plain), { index: 3 }, { trainRows, lr: 0.03, optimizer: "sgd" });
        const [result] = await resultsOf(engine, [run]);
        const { steps, heldout } = linearLosses(run, 0.03);
        const mean = (from: number, to: number) =>
          [0, 1].map((k) => steps.slice(from, to).reduce((sum, losses) => sum + losses[k], 0) / (to - from));
        expect(result?.curve.steps).toEqual([4, 8, 11]);
        const near = (losses: readonly number[]) => losses.map((loss) => expect.closeTo(loss, 5));
        expect(result?.curve.train).toEqual([mean(0, 4), mean(4, 8), mean(8, 11)].map(near));
        expect(result?.curve.heldout[2]).toEqual(near(heldout));
        expect(result).toMatchObject({ parameterCount: 10, device: engine.device });
        expect(result?.trainingSetLoss === undefined).toBe(trainRows === "fresh");
      });

      test("has the numbers that it has beside others, and in another process", async () => {
        const model = modelOf(drawn);
        const runs = [0, 1, 2].map((index) => codeRun(model, { index }));
        const together = await resultsOf(engine, runs);
        const other = new ProcessEngine({ adapter, jobs: 1, patience: { tick } });
        const [alone] = await resultsOf(other, [runs[1]]);
        await other.dispose();
        expect(alone?.curve).toEqual(together[1]?.curve);
        expect(together[0]?.curve).not.toEqual(together[1]?.curve);
      });

      test("starts each run with modules that no run before has touched", async () => {
        const model = modelOf(counting);
        const runs = [0, 1, 2, 3].map((i) => ({ ...codeRun(model), id: `${i}` }));
        const curves = (await resultsOf(engine, runs)).map(({ curve }) => curve);
        expect(curves).toEqual(curves.map(() => curves[0]));
      });

      test("goes on from any of its states to the same numbers, chance included", async () => {
        const run = codeRun(modelOf(noisy), {}, { steps: kept.steps, evalEvery: 7 });
        const { whole, states } = await keptBetween(engine, run, kept.between);
        expect(states.length).toBeGreaterThan(3);
        for (const state of states.slice(0, 2)) {
          const rest = await resumed(engine, run, state);
          expect(rest?.curve).toEqual(whole?.curve);
          expect(rest?.elapsedMs).toBeGreaterThan(state.elapsedMs);
        }
      });

      test.each([
        ["its weights", forgetful],
        ["how far its rate has fallen", slowed],
      ])("whose state lacks %s is refused before it trains", async (_, text) => {
        expect(await complaintOf(engine, modelOf(text))).toMatch(
          /^mine\.\w+: resumes from the state that it saves to other numbers \([-\d.]+, then [-\d.]+\): the state must hold all that training changes$/,
        );
      });

      test("whose state has fewer digits than it trains with can't be repeated exactly, which is noted", async () => {
        const notes: string[] = [];
        const noting = new ProcessEngine({ adapter, patience: { tick }, note: (text) => notes.push(text) });
        for (const text of [plain, rounded]) expect(await complaintOf(noting, modelOf(text))).toBe("");
        await noting.dispose();
        expect(notes).toEqual([
          expect.stringMatching(/ or one that resumes, differ, so its runs can't be repeated exactly$/),
        ]);
      });

      test("that saves nothing as its state is refused", async () => {
        expect(await complaintOf(engine, modelOf(stateless))).toMatch(
          /^mine\.\w+(:\d+)?: state_?[dD]ict: expected a state, got (undefined|None)$/,
        );
      });

      test("fails its run by a loss below 0, or weights that are none, and is refused if it begins so", async () => {
        const failureOf = async (text: string) => {
          const [result] = await resultsOf(engine, [codeRun(modelOf(text))], { keepParameters: true });
          return result?.failure?.replace(/^.*mine\.\w+(:\d+)?: /, "");
        };
        expect(await failureOf(below)).toBe("the loss of task 2 is -3.00 at step 1; none is below 0");
        expect(await complaintOf(engine, modelOf(below.replace("== 3", "== 8")))).toMatch(
          /: the losses of the first steps: expected numbers from 0, got -3$/,
        );
        expect(await failureOf(weighed("null"))).toMatch(/^weights: expected an? \w+ of arrays.*, got (null|None)$/);
        expect(await failureOf(weighed("{}"))).toMatch(/^weights: expected an? \w+ of arrays.*, got (none|\{\})$/);
        expect(await failureOf(weighed('{"__metadata__": [1.5]}'))).toBe(
          "weights: expected another name of an array, a text, got '__metadata__'",
        );
        expect(await failureOf(weighed('{"w": ["a"]}'))).toMatch(/^weights: w: expected (an array of )?numbers, got /);
        expect(await failureOf(weighed('{"w": [1]}'))).toBeUndefined();
        const keeping = new ProcessEngine({ adapter, patience: { tick }, keepsWeights: true });
        expect(await complaintOf(engine, modelOf(weighed('{"w": ["a"]}')))).toBe("");
        expect(await complaintOf(keeping, modelOf(weighed('{"w": ["a"]}')))).toMatch(/: weights: w: expected /);
        await keeping.dispose();
        const ragged = await failureOf(weighed('{"w": [[1, 2], [3, 4, 5], [6]]}'));
        expect(ragged).toBe("weights: w: expected an array of numbers, got lists of several lengths");
      });

      test("is told which labels are missing, and learns from the rows that have a task's label", async () => {
        const model = modelOf(masked, { inputs: 3, gaps: [true, true] });
        const run = { ...numbersRun({ steps: 11, evalEvery: 1 }), model };
        const [result] = await resultsOf(engine, [run]);
        const { steps, heldout } = linearLosses(run, 0.05);
        expect(result?.failure).toBeUndefined();
        expect(steps.some(([, loss]) => loss === 0)).toBe(true); // a batch without a label, for which the loss before stands
        const points = steps.map((losses, i) =>
          losses.map((_, k) => steps.slice(0, i + 1).findLast((of) => of[k] !== 0)?.[k]),
        );
        expect(result?.curve.train.flat()).toEqual(points.flat().map((loss) => expect.closeTo(loss as number, 5)));
        expect(result?.curve.heldout.at(-1)).toEqual(heldout.map((loss) => expect.closeTo(loss, 5)));
      });
    });
  },
);
