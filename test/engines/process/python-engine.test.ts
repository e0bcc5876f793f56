import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { pythonFiles } from "../../../src/code/python-files.ts";
import { loadConfig, setOverride } from "../../../src/config/load.ts";
import type { AnyRun, RunResult, RunState } from "../../../src/engines/engine.ts";
import { pythonAdapter } from "../../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../../src/engines/process/process-engine.ts";
import { checkpointParts, stateIn } from "../../../src/records/checkpoint.ts";
import { planRuns } from "../../../src/sweep/plan.ts";
import { withTables } from "../../../src/sweep/share.ts";
import { temporaryFolder } from "../../support/effects.ts";
import { complaintOf, MASKED_LINEAR, NUMPY_LINEAR, PYTHON, pythonModel, WITHOUT_PYTHON } from "../../support/python.ts";
import { tableFile } from "../../support/tables.ts";
import { codeRun, resultsOf } from "../tfjs/runs.ts";
import { keptBetween, resumed } from "./resuming.ts";

const notes: string[] = [];
const adapter = pythonAdapter({ path: PYTHON ?? "python3", from: "PATH" });
const engine = new ProcessEngine({
  adapter,
  jobs: 2,
  patience: { train: 1500, tick: 10 },
  note: (line) => notes.push(line),
});
afterAll(() => engine.dispose());

/** NUMPY_LINEAR that does this once it trains: its batches have 3 rows, those that it is tried on have others. */
const inTraining = (name: string, act: string, text = NUMPY_LINEAR) =>
  pythonModel(text.replace("    def step(self, x, y):", `    def step(self, x, y):\n        if len(x) == 3: ${act}`), {
    name,
  });

/** A model that writes into every pipe of its process. */
const GARBLING = `import os, stat

def is_pipe(fd):
    try:
        return stat.S_ISFIFO(os.fstat(fd).st_mode) or stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False

def garble():
    for fd in range(3, 40):
        if is_pipe(fd):
            try:
                os.write(fd, b"?\\n")
            except OSError:
                pass

${NUMPY_LINEAR}`;

describe.skipIf(PYTHON === undefined)(`a model in Python${WITHOUT_PYTHON}`, () => {
  test("gets its options, and has none that it does not know", async () => {
    const slow = codeRun(pythonModel(NUMPY_LINEAR, { options: { rate: 0 } }));
    const [result] = await resultsOf(engine, [slow]);
    expect(result?.curve.heldout[0]).toEqual(result?.curve.heldout[2]);
    expect(await complaintOf(engine, pythonModel(NUMPY_LINEAR, { options: { width: 3 } }))).toBe(
      "mine.py:4: option width: expected one of rate, spread",
    );
  });

  test("shares its process with others of its class, of which one is tried elsewhere, and keeps its own options", async () => {
    const told: string[] = [];
    const alone = new ProcessEngine({ adapter, jobs: 1, patience: { tick: 10 }, note: (line) => told.push(line) });
    const text = `import os\nprint(os.getpid(), "${temporaryFolder()}")\n${NUMPY_LINEAR}`; // which no cache knows
    const model = pythonModel(text);
    const runs = [0, 0.01, 0].map((rate, i) => codeRun({ ...model, name: `rate-${i}`, options: { rate } }));
    const results = await resultsOf(alone, runs);
    await alone.dispose();
    const learns = results.map(({ curve }) => curve.heldout[0]?.[0] !== curve.heldout[2]?.[0]);
    expect(learns).toEqual([false, true, false]);
    expect(new Set(told.map((line) => /prints: (\d+)/.exec(line)?.[1])).size).toBe(2);
  });

  test("breaks its own runs, however it does, and no other's", async () => {
    const models = [
      pythonModel(NUMPY_LINEAR, { name: "good" }),
      inTraining("raises", "raise ValueError('no 3 rows')"),
      inTraining("quits", "raise SystemExit(4)"),
      inTraining("exits", "import os; os._exit(5)"),
      inTraining("crashes", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"),
      inTraining("hangs", "import time; time.sleep(100)"),
      inTraining("forks", "import os; os.fork()"),
      inTraining("shapes", "return [1.0]"),
      inTraining("garbles", "garble()", GARBLING),
      inTraining("prints", "print('{\"answer\": {}}', flush=True)"),
    ];
    const results = await resultsOf(
      engine,
      models.map((model) => codeRun(model)),
    );
    expect(results.map(({ run, failure }) => [run.model.name, failure?.replace(/^.*mine.py/, "mine.py")])).toEqual([
      ["good", undefined],
      ["raises", "mine.py:13: ValueError: no 3 rows (at: if len(x) == 3: raise ValueError('no 3 rows'))"],
      ["quits", "mine.py:13: ends its process (exit code 4) (at: if len(x) == 3: raise SystemExit(4))"],
      ["exits", "mine.py: ends its process (exit code 5) while it trains"],
      ["crashes", "mine.py: its process crashed (SIGSEGV) while it trains"],
      ["hangs", "mine.py: gives no sign for 2 s while it trains"],
      ["forks", undefined],
      ["shapes", "mine.py:4: step: expected shape [2], got [1]"],
      ["garbles", "mine.py: its process says what is no message: ?"],
      ["prints", undefined],
    ]);
    expect(notes).toContain(`model prints prints: {"answer": {}}`);
  });

  test("may give its losses in one array, or one list, that each step fills again", async () => {
    const filling = (first: string, last = "self.losses") =>
      pythonModel(
        NUMPY_LINEAR.replace("self.parameter_count", `self.losses = ${first}; self.parameter_count`).replace(
          "return (error**2).mean(0)",
          `self.losses[:] = (error**2).mean(0); return ${last}`,
        ),
        { name: first },
      );
    const models = [
      pythonModel(NUMPY_LINEAR),
      filling("np.zeros(tasks)"),
      filling("[0, 0]"),
      filling("[0, 0]", "list(self.losses)"),
    ];
    const [own, ...others] = await resultsOf(
      engine,
      models.map((model) => codeRun(model)),
    );
    for (const { curve } of others) expect(curve).toEqual(own?.curve);
  });

  test("is found in its file, alone or by its name", async () => {
    const two = `${NUMPY_LINEAR}\n\nclass Other(Linear):\n    pass\n\n\nclass Part:\n    pass\n`;
    expect(await complaintOf(engine, pythonModel(two))).toBe(
      "mine.py: has several models, Linear, Other; name one: --model FILE.py:Linear",
    );
    expect(await complaintOf(engine, pythonModel(two, { class: "Other" }))).toBe("");
    expect(await complaintOf(engine, pythonModel(two, { class: "Missing" }))).toBe(
      "mine.py: expected a class or function Missing; there are Linear, Other",
    );
    expect(await complaintOf(engine, pythonModel("x = 1\n"))).toMatch(
      /^mine\.py: expected a class with __init__\(self, inputs, tasks\)/,
    );
    expect(await complaintOf(engine, pythonModel(two, { class: "Part" }))).toMatch(
      /^mine\.py:31: expected to be made as Part\(inputs, tasks, \*\*options\): too many positional arguments/,
    );
  });

  test.each([
    [
      "import nothing_there\n",
      "mine.py:1: ModuleNotFoundError: No module named 'nothing_there' in PYTHON; install it there, or give another Python by --python PATH (at: import nothing_there)",
    ],
    ["def f(:\n", "mine.py:1: SyntaxError: invalid syntax (at: def f(:)"],
    ["raise KeyError('k')\n", "mine.py:1: KeyError: 'k' (at: raise KeyError('k'))"],
    [
      'text = "loading state_dict:\\n\\tsize mismatch for q\\nand more"\nraise RuntimeError(text)\n',
      "mine.py:2: RuntimeError: loading state_dict: size mismatch for q (at: raise RuntimeError(text))",
    ],
  ])("is refused as it is loaded: %j", async (text, complaint) => {
    const told = await complaintOf(engine, pythonModel(text));
    expect(told.replace(/ in \/\S+;/, " in PYTHON;")).toBe(complaint);
  });

  test("may count its parameters in NumPy", async () => {
    const text = NUMPY_LINEAR.replace("inputs * tasks\n", "np.prod(self.w.shape)\n");
    expect(await complaintOf(engine, pythonModel(text))).toBe("");
  });

  test.each([
    ["return x @ self.w", "return x @ self.w[:, :1]", "mine.py:4: predict: expected shape [7, 2], got [7, 1]"],
    ["return x @ self.w", "return x @ self.w * np.nan", "mine.py: predictions: expected finite numbers, got NaN"],
    [
      "return x @ self.w",
      "return x @ self.w - (x @ self.w).mean(0)",
      "mine.py: in evaluation mode a row's prediction depends on the rows beside it, on earlier predictions or on chance; evaluations put rows together as they like",
    ],
    [
      "return (error**2).mean(0)",
      "return [[1], [1, 2]]",
      "mine.py:4: step: expected shape [2], got lists of several lengths",
    ],
    [
      "return x @ self.w",
      "return [[1, 2], [1]]",
      "mine.py:4: predict: expected shape [7, 2], got lists of several lengths",
    ],
    [
      '{"w": self.w}',
      "lambda: 1",
      "mine.py: state_dict: expected what pickle can save: Can't pickle local object 'Linear.state_dict.<locals>.<lambda>'",
    ],
    ["return x @ self.w", "return x @ self.w * 1j", "mine.py: predict: expected real numbers, got complex128"],
    [
      "return (error**2).mean(0)",
      "return (error**2).mean(0) + 0j",
      "mine.py: step: expected real numbers, got complex128",
    ],
    ["return x @ self.w", "return x @ self.w > 0", "mine.py: predict: expected real numbers, got bool"],
    ["return (error**2).mean(0)", "return ['1', '2']", "mine.py: step: expected real numbers, got str32"],
    ["(error**2).mean(0)", "(error**2).mean()", "mine.py:4: step: expected shape [2], got []"],
    [
      "return (error**2).mean(0)",
      "return np.ma.array((error**2).mean(0), mask=[0, 1])",
      "mine.py: step: expected real numbers, got masked ones",
    ],
    [
      "return (error**2).mean(0)",
      "raise ValueError('long' * 100_000)",
      expect.stringMatching(/^mine\.py:15: ValueError: (long){250} \(at: /),
    ],
    [
      "return (error**2).mean(0)",
      "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})",
      expect.stringMatching(/^mine\.py:15: Odd \(at: /),
    ],
    [
      "def step",
      "def __getattr__(self, name): return 1 / 0\n\n    def step",
      expect.stringMatching(/^mine\.py:\d+: ZeroDivisionError: /),
    ],
    ['"""A linear map."""', "__doc__ = 5", ""],
    ["return (error**2).mean(0)", "return None", "mine.py:4: step: expected shape [2], got a NoneType"],
  ])("is refused as it is tried: %s by %s", async (from, to, complaint) => {
    expect(await complaintOf(engine, pythonModel(NUMPY_LINEAR.replace(from, to)))).toEqual(complaint);
  });

  test("is told what its tasks predict, and is tried on such labels and predictions", async () => {
    const kinds = { tasks: 3, classes: [2, 3, null], outputs: [1, 3, 1] };
    const told = "[(task.kind, task.outputs) for task in self.kinds], [sorted(map(int, {*y})) for y in self.y[:2]]";
    const raising = NUMPY_LINEAR.replace(
      "self.rate =",
      "self.kinds, self.y = settings.kinds, [[], []]\n        self.rate =",
    )
      .replace("        error =", "        for k in range(2): self.y[k].extend(y[:, k])\n        error =")
      .replace("        return x @", `        raise ValueError(${told})\n        return x @`);
    expect(await complaintOf(engine, pythonModel(raising, kinds))).toContain(
      "ValueError: ([('binary', 1), ('categorical', 3), ('regression', 1)], [[0, 1], [0, 1, 2]])",
    );
    expect(await complaintOf(engine, pythonModel(NUMPY_LINEAR, kinds))).toBe(
      "mine.py:4: predict: expected shape [7, 5], got [7, 3]",
    );
    const wide = NUMPY_LINEAR.replace("tasks, settings", "tasks, outputs, settings")
      .replace("return x @ self.w", "return (x @ self.w)[:, np.repeat([0, 1, 2], self.outputs)]")
      .replace("self.rate =", "self.outputs = outputs\n        self.rate =");
    expect(await complaintOf(engine, pythonModel(wide, kinds))).toBe("");
    expect(await complaintOf(engine, pythonModel(wide, { ...kinds, options: { outputs: 3 } }))).toBe(
      "mine.py:4: option outputs: expected one of rate, spread",
    );
  });

  test("is tried on batches that lack some or all labels of a task, and refused if it learns from what is missing", async () => {
    const told = "[task.gaps for task in self.kinds], [np.isnan(y).sum(0).tolist() for y in self.y]";
    const raising = MASKED_LINEAR.replace("self.rate =", "self.kinds, self.y = settings.kinds, []\n        self.rate =")
      .replace("        error =", "        self.y.append(y)\n        error =")
      .replace("        return x @", `        raise ValueError(${told})\n        return x @`);
    expect(await complaintOf(engine, pythonModel(raising, { gaps: [false, true] }))).toContain(
      "ValueError: ([False, True], [[0, 7], [0, 8], [0, 7]])",
    );
    expect(await complaintOf(engine, pythonModel(NUMPY_LINEAR, { gaps: [false, true] }))).toBe(
      "mine.py: the losses of the first steps: expected finite numbers, got NaN; a missing label is NaN: leave its row out of the task's loss",
    );
    const filling = MASKED_LINEAR.replaceAll("~np.isnan(y)", "there")
      .replaceAll("np.isnan(y).all(0)", "~there.any(0)")
      .replace("        error =", "        there = ~np.isnan(y); y[~there] = 0\n        error =");
    expect(await complaintOf(engine, pythonModel(filling, { gaps: [false, true] }))).toBe("");
  });

  test("that combines gradients in its own way is refused by name with a method of the sweep's", async () => {
    const run = codeRun(pythonModel(NUMPY_LINEAR), {}, { method: "mgda" });
    await expect(engine.prepare([codeRun(run.model), run])).rejects.toThrow(
      /mine\.py:4: method mgda: expected a torch\.nn\.Module, or an mmoe\.TorchTrainer without .* attribute `method` says so$/,
    );
  });

  test("that draws what no seed gives is refused; one that only rounds otherwise is trained, and said to differ", async () => {
    const drawn = (from: string, spread: number) =>
      pythonModel(NUMPY_LINEAR.replace("np.random.normal", from), { name: "unseeded", options: { spread } });
    await expect(engine.prepare([codeRun(drawn("np.random.default_rng().normal", 1))])).rejects.toThrow(
      /: two trainings with the same seed give other numbers \([\d.e-]+, then [\d.e-]+\): what it draws must follow from its seed, and it may not read the clock$/,
    );
    await engine.prepare([codeRun(drawn("np.random.default_rng().normal", 1e-7))]);
    expect(notes).toContain(
      "model unseeded: two trainings with the same seed, or one that resumes, differ, so its runs can't be repeated exactly",
    );
  });

  test("is only the code that was hashed", async () => {
    const model = pythonModel(`import near\n${NUMPY_LINEAR}`);
    const folder = dirname(model.file);
    writeFileSync(join(folder, "near.py"), "import importlib\nfar = importlib.import_module('far')\n");
    writeFileSync(join(folder, "far.py"), "");
    const { sha256 } = pythonFiles({ name: "mine", file: model.file });
    expect(await complaintOf(engine, { ...model, sha256 })).toMatch(
      /^near\.py:2: imports far from far\.py, whose changes would go unnoticed: /,
    );
    expect(await complaintOf(engine, model)).toMatch(
      /^mine\.py: has changed \(its SHA-256 was [0-9a-f]{8}\.\.\., now it is/,
    );
  });

  test("on rows of a table keeps the metrics of its tasks too", async () => {
    const { file } = pythonModel(NUMPY_LINEAR);
    const settings = [`rows=${tableFile()}`, `models=[{name: mine, file: ${file}}]`, "runs=1", "trainRows=20"];
    const sized = ["heldoutRows=9", "batch=4", "steps=300", "evalEvery=10", "lr=0.01"];
    const [run] = withTables(planRuns(loadConfig("smoke", [...settings, ...sized].map(setOverride)))) as [AnyRun];
    const { whole, states } = await keptBetween(engine, run, [150, 300]);
    expect(whole?.diagnostics?.steps).toHaveLength(30); // its metrics, at each evaluation
    const parts = checkpointParts(run, states[0], { trained: "0a1b2c3d", arithmetic: "python" });
    const checkpoint = Buffer.concat(parts.map((part) => Buffer.from(part)));
    const rest = await resumed(engine, run, stateIn(checkpoint, run, { trained: "0a1b2c3d" }) as RunState);
    expect([rest?.curve, rest?.diagnostics]).toEqual([whole?.curve, whole?.diagnostics]);
  });

  test("is kept when it is stopped, and begins again without a state", async () => {
    const slow = "    def step(self, x, y):\n        import time; time.sleep(0.01)";
    const text = NUMPY_LINEAR.replace("    def step(self, x, y):", slow);
    for (const [kept, model] of [
      [true, pythonModel(text)],
      [false, pythonModel(text.replace("def state_dict", "def other"))],
    ] as const) {
      const [stop, states, results]: [AbortController, RunState[], RunResult[]] = [new AbortController(), [], []];
      await engine.train([codeRun(model, {}, { steps: 5000, evalEvery: 50 })], {
        signal: stop.signal,
        keeping: { states: new Map(), everyMs: 1e9, onState: (_, state) => states.push(state) },
        onProgress: () => stop.abort(),
        onResult: (result) => results.push(result),
      });
      expect([results, states.length > 0]).toEqual([[], kept]);
      expect(states.every(({ step }) => step > 0 && step < 5000)).toBe(true);
    }
  });

  test("leaves no file when its sweep is stopped", async () => {
    const folder = temporaryFolder();
    vi.stubEnv("TMPDIR", folder);
    const stop = new AbortController();
    const results: RunResult[] = [];
    const sleeping = inTraining("sleeps", "import time; time.sleep(60)");
    await engine.train([codeRun(sleeping)], {
      signal: stop.signal,
      onBegin: () => setTimeout(() => stop.abort(), 100),
      onResult: (result) => results.push(result),
    });
    vi.unstubAllEnvs();
    const left = readdirSync(folder).filter((name) => name.startsWith("mmoe-process-"));
    expect([results, left]).toEqual([[], []]);
  });
});

test("without the Python that was asked for, the way out is said", async () => {
  const folder = dirname(pythonModel("").file);
  mkdirSync(join(folder, "none"), { recursive: true });
  const other = new ProcessEngine({ adapter: pythonAdapter({ path: join(folder, "none/python"), from: "--python" }) });
  await expect(other.prepare([codeRun(pythonModel(NUMPY_LINEAR))])).rejects.toThrow(
    `no Python at ${join(folder, "none/python")} (from --python); give another by --python PATH`,
  );
  await other.dispose();
});
