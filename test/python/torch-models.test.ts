import { afterAll, describe, expect, test } from "vitest";
import { pythonAdapter } from "../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../src/engines/process/process-engine.ts";
import type { CodeModel } from "../../src/models/code.ts";
import { codeRun, resultsOf } from "../engines/tfjs/runs.ts";
import { complaintOf, PYTHON, pythonModel, WITHOUT_PYTHON } from "../support/python.ts";
import { range } from "../support/reference.ts";

const notes: string[] = [];
const adapter = pythonAdapter({ path: PYTHON ?? "python3", from: "PATH" });
const engine = new ProcessEngine({
  adapter,
  jobs: 2,
  note: (line) => notes.push(line),
});
afterAll(() => engine.dispose());

/** A hidden layer, then a linear map; `before` comes before the class, `body` in the place of the hidden layer. */
const module = (hidden = "nn.Linear(inputs, 6)", forward = "self.out(torch.relu(self.hidden(x)))") => `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, inputs, tasks):
        super().__init__()
        self.hidden = ${hidden}
        self.out = nn.Linear(6, tasks)

    def forward(self, x):
        return ${forward}
`;

/** The same module, trained by PyTorch's own optimizer and losses. */
const BY_TORCH = `${module()}

class ByTorch:
    def __init__(self, inputs, tasks, settings):
        self.net = Net(inputs, tasks)
        kind = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.SGD
        self.optimizer = kind(self.net.parameters(), lr=settings.lr)
        delta = settings.huber_delta
        self.loss = nn.MSELoss(reduction="none") if delta is None else nn.HuberLoss(reduction="none", delta=delta)

    def step(self, x, y):
        self.optimizer.zero_grad()
        losses = self.loss(self.net(torch.from_numpy(x)), torch.from_numpy(y)).mean(0)
        losses.sum().backward()
        self.optimizer.step()
        return losses

    @torch.no_grad()
    def predict(self, x):
        return self.net(torch.from_numpy(x))
`;

/** Models whose processes tests share. */
const [NET, TRAINED_BY_TORCH] = ["Net", "ByTorch"].map((name) => pythonModel(BY_TORCH, { class: name })) as [
  CodeModel,
  CodeModel,
];

const DROPPING = pythonModel(module("nn.Sequential(nn.Linear(inputs, 6), nn.Dropout(0.5))"), { name: "dropped" });

describe.skipIf(PYTHON === undefined)(`a PyTorch module${WITHOUT_PYTHON}`, () => {
  test.each([
    ["adam", null],
    ["sgd", 0.3],
  ] as const)(
    "is trained by %s with Huber's delta %s as PyTorch's own optimizer and loss train it",
    async (optimizer, huberDelta) => {
      const training = { optimizer, huberDelta, lr: 0.02, steps: 60, evalEvery: 10 };
      const [ours, theirs] = await resultsOf(engine, [
        codeRun(NET, {}, training),
        codeRun(TRAINED_BY_TORCH, {}, training),
      ]);
      const [a, b] = [ours, theirs].map((result) => [result?.curve.train, result?.curve.heldout].flat(3) as number[]);
      expect(a?.length).toBe(24);
      for (const [i, loss] of a.entries()) expect(loss).toBeCloseTo(b?.[i], 4);
      expect(ours?.parameterCount).toBe(5 * 6 + 6 + 6 * 2 + 2);
    },
  );

  describe("of which several runs train in one call", () => {
    const together = new ProcessEngine({
      adapter,
      jobs: 1,
      together: 3,
      note: (line) => notes.push(line),
    });
    afterAll(() => together.dispose());
    const runsOf = (model: CodeModel, count: number) =>
      range(count).map((index) => codeRun(model, { index, id: `run ${index}` }, { huberDelta: 0.3, lr: 0.02 }));
    const trained = async (model: CodeModel, count: number) => {
      const begun: number[] = [];
      const results = await resultsOf(together, runsOf(model, count), { onBegin: (runs) => begun.push(runs.length) });
      return { begun, results };
    };

    test("the engine says how many, of models and runs for which it holds", async () => {
      await together.prepare([codeRun(NET), codeRun(DROPPING)]);
      const classes = { taskKinds: range(2).map(() => ({ kind: "binary", weight: 1 }) as const) };
      const runs = [codeRun(NET), codeRun(NET, {}, classes), codeRun(DROPPING)];
      expect(runs.map((run) => together.inOneCall(run))).toEqual([3, 1, 1]);
      await engine.prepare([codeRun(NET)]);
      expect(engine.inOneCall(codeRun(NET))).toBe(1);
    });

    test("each has the losses that it has alone, up to float32's rounding", async () => {
      const { begun, results } = await trained(NET, 4);
      expect(begun).toEqual([3, 1]);
      const alone = await resultsOf(engine, runsOf(NET, 4));
      for (const [i, { run, curve, ...result }] of alone.entries()) {
        const own = results.find((other) => other.run.id === run.id);
        expect(own).toMatchObject({
          parameterCount: result.parameterCount,
          labelCorrelations: result.labelCorrelations,
        });
        const [a, b] = [own?.curve, curve].map((of) => [of?.train, of?.heldout].flat(3) as number[]);
        expect(a).toHaveLength(12);
        for (const [at, loss] of a.entries()) expect(loss).toBeCloseTo(b?.[at], 6);
        if (i > 0) expect(curve).not.toEqual(alone[0]?.curve);
      }
    });

    test.each([
      ["draws random numbers in training", DROPPING],
      [
        "keeps drawn numbers that are no tensors",
        pythonModel(
          module("nn.Linear(inputs, 6)", "self.out(self.hidden(x)) * self.scale").replace(
            "        self.out =",
            "        self.scale = 1 + torch.rand(()).item()\n        self.out =",
          ),
        ),
      ],
    ] as const)("one that %s trains alone", async (_, model) => {
      expect((await trained(model, 2)).begun).toEqual([1, 1]);
    });

    test("runs that turn out to differ in more than tensors train one by one", async () => {
      const differing = module("nn.Linear(inputs, 6)", "self.out(self.hidden(x)) * self.scale")
        .replace("inputs, tasks)", "inputs, tasks, settings)")
        .replace(
          "        self.out =",
          "        self.scale = 1 if settings.steps == 3 else settings.seed % 7 + 1\n        self.out =",
        );
      const model = pythonModel(differing);
      const { begun, results } = await trained(model, 2);
      expect(begun).toEqual([2]);
      expect(notes.at(-1)).toMatch(
        /forward: runs that train in one call may differ .*; training its 2 runs one by one$/,
      );
      const alone = await resultsOf(engine, runsOf(model, 2));
      expect(results.map(({ curve }) => curve)).toEqual(alone.map(({ curve }) => curve));
    });
  });

  test("with dropout trains to the same numbers again, and predicts without", async () => {
    const [first] = await resultsOf(engine, [codeRun(DROPPING)]);
    const [second] = await resultsOf(engine, [codeRun(DROPPING)]);
    expect(second?.curve).toEqual(first?.curve);
    expect(notes.filter((note) => note.includes("dropped"))).toEqual([]);
  });

  test("with batch normalisation goes on from a state to the same numbers", async () => {
    const model = pythonModel(module("nn.Sequential(nn.Linear(inputs, 6), nn.BatchNorm1d(6), nn.Dropout(0.2))"));
    const run = codeRun(model, {}, { steps: 200, evalEvery: 9, batch: 4 });
    const states = new Map();
    const keeping = {
      states: new Map(),
      everyMs: 0,
      onState: (_: unknown, state: { step: number }) => states.set(state.step, state),
    };
    const [whole] = await resultsOf(engine, [run], { keeping });
    const [step] = [...states.keys()].filter((each) => each > 20);
    const resumed = { ...keeping, states: new Map([[run.id, states.get(step)]]), everyMs: 1e9 };
    const [rest] = await resultsOf(engine, [run], { keeping: resumed });
    expect(rest?.curve).toEqual(whole?.curve);
  });

  test.each([
    [
      module().replace("self.out =", "self.spare = nn.Linear(inputs, 2)\n        self.out ="),
      "mine.py:5: parameter spare.weight: gets no gradient: forward does not use it",
    ],
    [
      module("nn.Linear(inputs, 7)"),
      "mine.py:12: RuntimeError: addmm: mat1 and mat2 shapes cannot be multiplied (8x7 and 6x2) (at: return self.out(torch.relu(self.hidden(x))))",
    ],
    [
      module("nn.Linear(inputs, 6)", "self.out(self.hidden(x))[:, :1]"),
      "mine.py:11: forward: expected shape [8, 2], got [8, 1]",
    ],
  ])("is refused as it is tried: %#", async (text, complaint) => {
    expect(await complaintOf(engine, pythonModel(text))).toBe(complaint);
  });

  test.each([
    ["(x - y).square()", "[8, 2]"],
    ["list((x - y).square().mean(0))", "a list"],
  ])("is refused for losses of a derived trainer that are no tensor of all tasks: %s", async (losses, got) => {
    const text = `import mmoe\n${module()}

class Derived(mmoe.TorchTrainer):
    def __init__(self, inputs, tasks, settings):
        super().__init__(Net(inputs, tasks), settings)

    def losses(self, x, y):
        return ${losses}
`;
    expect(await complaintOf(engine, pythonModel(text, { class: "Derived" }))).toContain(
      `: losses: expected a tensor of shape [2], got ${got}`,
    );
  });
});
