// The methods for PyTorch modules beside those of the cpu engine, from the same values and on the same rows.
import { describe, expect, test } from "vitest";
import { METHODS } from "../../src/engines/methods.ts";
import { isGap } from "../support/gap-runs.ts";
import { apart, classTable, swept, TORCH } from "./begun-sweep.ts";
import { HAS_PYTHON, python } from "./python.ts";

const TWINS = ["mmoe", TORCH.mmoe] as const;
const METRICS = ["auc1", "averagePrecision1", "accuracy1", "logLoss1", "accuracy2", "logLoss2", "rSquared3"];
const LOSSES = [1, 2].flatMap((k) => [`trainLoss${k}`, `heldoutLoss${k}`]);
/** What PyTorch modules draw otherwise. */
const DRAWN = ["rlw", "pcgrad"];
/** With two tasks each has one other: PCGrad draws no order. */
const PAIRS = { correlations: [-0.6], tasks: 2, batch: 48, trainRows: 200, heldoutRows: 60 };
/** After more steps a ReLU turns in one of the two before the other, and Adam carries it on. */
const STEPS = 30;

/** Other values than the defaults. */
const CONSTANTS = {
  ...{
    "method.alpha": 1.3,
    "method.c": 0.3,
    "method.rate": 0.02,
    "method.decay": 0.01,
    "method.sigma": 0.3,
    "method.momentum": 0.4,
  },
  ...{ "method.temperature": 1.5, "method.mu": 0.7, "method.window": 5 },
};

const of = <T extends { readonly [key: string]: string }>(method: string, rows: readonly T[]) =>
  rows.filter((row) => row.method === method);

describe.skipIf(!HAS_PYTHON)("a PyTorch module trains as the same model of the cpu engine", () => {
  // Two methods divide by what gradients of tasks that nearly cancel leave: there the rounding of PyTorch's products, which
  // differs among processors, is tens of times as large.
  test("mmoe by each method but rlw, on two tasks that conflict", () => {
    const methods = METHODS.filter((method) => method !== "rlw");
    const config = { ...PAIRS, steps: STEPS, models: ["mmoe"], method: methods, "method.window": 7 };
    const { curves } = swept(config, [TORCH.mmoe]);
    for (const method of methods) {
      const most = ["mgda", "aligned-mtl"].includes(method) ? 1e-5 : 2e-6;
      expect.soft(apart(of(method, curves), TWINS, LOSSES), method).toBeLessThan(most);
    }
  });

  test("with other constants, where it draws nothing, on three kinds of weighted tasks, in batches without any label of one", () => {
    const methods = METHODS.filter((method) => !DRAWN.includes(method));
    const rows = { rows: classTable(isGap), batch: 4 };
    const config = {
      steps: STEPS,
      models: ["mmoe"],
      ...rows,
      method: methods,
      ...CONSTANTS,
      taskWeightDecay: "1:0.9:0.8",
    };
    const { labels, runs, curves } = swept(config, [TORCH.mmoe]);
    expect(labels.flat()).toContain(-1);
    const columns = [...LOSSES, "trainLoss3", "heldoutLoss3"];
    for (const method of methods) expect.soft(apart(of(method, curves), TWINS, columns), method).toBeLessThan(2e-6);
    expect(apart(of("sum", runs), TWINS, METRICS)).toBeLessThan(2e-6);
  });

  test("a trainer has the sweep's method, one of its own, or none with a backward of its own", () => {
    const made = `import json, torch, mmoe
class Own(mmoe.TorchTrainer):
    def backward(self, losses): losses.sum().backward()
settings = mmoe.Settings(seed=1, inputs=3, tasks=2, batch=4, steps=5, method="mgda")
net = lambda: torch.nn.Linear(3, 2)
trainers = [mmoe.TorchTrainer(net(), settings), mmoe.TorchTrainer(net(), settings, method="famo"), Own(net(), settings)]
try: mmoe.TorchTrainer(net(), settings, method="pcgard")
except ValueError as error: print(json.dumps([*(each.method for each in trainers), str(error)]))`;
    expect(JSON.parse(python(["-c", made]))).toEqual([
      "mgda",
      "famo",
      "own",
      `Settings: method: expected one of ${METHODS.join(", ")}, got 'pcgard'`,
    ]);
  });

  test("a number that one task alone reaches, in a tensor of all, gets this task's gradient as it is", () => {
    const step = `import json, numpy as np, torch, mmoe
def after(method):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    settings = mmoe.Settings(seed=1, inputs=3, tasks=2, batch=4, steps=5, lr=0.1, optimizer="sgd", method=method)
    random = np.random.default_rng(1)
    mmoe.TorchTrainer(net, settings).step(*(random.normal(size=(4, n)).astype(np.float32) for n in (3, 2)))
    return [each.detach() for each in net.parameters()]
summed, combined = after("sum"), after("mgda")
print(json.dumps([float((a - b).abs().max()) for a, b in zip(summed, combined)]))`;
    const [first = 0, bias = 0, ...last] = JSON.parse(python(["-c", step]));
    expect([first > 1e-3, bias > 1e-3]).toEqual([true, true]);
    for (const apart of last) expect(apart).toBeLessThan(1e-7);
  });

  test("excess and db-mtl move parameters as their formulas in float64 do, with weighted tasks and batches without any label of one", () => {
    const [excess = 1, dbMtl = 1] = JSON.parse(python(["test/python/kept_gradients.py", "excess", "db-mtl"]));
    expect.soft(excess).toBeLessThan(1e-6);
    expect.soft(dbMtl).toBeLessThan(1e-6);
  });

  test("rlw draws weights for each step and run: K times the softmax of normals", () => {
    const drawn = `import json, numpy as np, torch, mmoe
K, STEPS = 3, 400
def weights(seed):
    net = torch.nn.Linear(1, K, bias=False)
    settings = mmoe.Settings(seed=seed, inputs=1, tasks=K, batch=1, steps=STEPS, lr=1.0, optimizer="sgd", method="rlw")
    trainer, x = mmoe.TorchTrainer(net, settings), np.ones((1, 1), np.float32)
    for _ in range(STEPS):
        net.weight.data.fill_(0.5)
        trainer.step(x, np.zeros((1, K), np.float32))
        yield (0.5 - net.weight.detach()[:, 0]).tolist()  # the slope of each loss is 1
print(json.dumps([list(weights(seed)) for seed in (1, 2)]))`;
    const [one, other] = JSON.parse(python(["-c", drawn])) as [number[][], number[][]];
    expect(other).not.toEqual(one);
    for (const step of one) expect(step.reduce((sum, w) => sum + w, 0)).toBeCloseTo(3, 4);
    const logits = one.map((step) => step.map((w) => Math.log(w)));
    const centred = logits.flatMap((step) => step.map((z) => z - (step[0] + step[1] + step[2]) / 3));
    const variance = centred.reduce((sum, z) => sum + z * z, 0) / centred.length;
    expect(Math.abs(variance - 2 / 3)).toBeLessThan(0.1); // 1 - 1/K, whose standard error is .034
  });

  test("runs in one call train as each does alone, on labels of which some are missing", () => {
    expect(Number(python(["test/python/gappy_group.py", "apart", ...METHODS]))).toBeLessThan(1e-5);
  });

  test("a run that resumes from its state has the same bits", () => {
    const same: Record<string, boolean> = JSON.parse(python(["test/python/gappy_group.py", "resumed", ...METHODS]));
    expect(same).toEqual(Object.fromEntries(METHODS.map((method) => [method, true])));
  });
});
