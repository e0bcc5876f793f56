// The package `mmoe` for Python: rows, initial values and results, as a program sees them.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import type { Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { likeThePaper, writeResults } from "../support/made-results.ts";
import { HAS_PYTHON, PYTHON, python } from "./python.ts";

const hex = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex");
const json = (code: string) => JSON.parse(python(["-c", `import json, mmoe\n${code}`]));

describe.skipIf(!HAS_PYTHON)("mmoe.rows(config, ...)", () => {
  const { settings } = GENERATOR_PRESETS["four-sines"];
  const set = new TaskSet(settings, correlationMatrix(3, 0.25), { seed: 4, run: 17 });

  test("gives the kernels' rows, bit for bit", () => {
    const told = json(`
given = dict(run=17, correlation=.25, settings={"tasks": 3, "seed": 4, "batch": 5, "heldoutRows": 6})
of = {"steps": dict(steps=range(2, 5)), "step": dict(steps=4), "heldout": dict(part="heldout"), "two": dict(count=2)}
rows = {name: mmoe.rows("paper", **given, **more) for name, more in of.items()}
print(json.dumps({name: [a.tobytes().hex() for a in r] + [list(a.shape) for a in r] + [str(a.dtype) for a in r]
                  for name, r in rows.items()}))`);
    const steps = [2, 3, 4].map((step) => set.rows("train", 5, step));
    const [D, K] = [100, 3];
    const types = ["float32", "float32"];
    const joined = (name: "x" | "y") => steps.map((rows) => hex(rows[name])).join("");
    expect(told.steps).toEqual([joined("x"), joined("y"), [3, 5, D], [3, 5, K], ...types]);
    const last = set.rows("train", 5, 4);
    expect(told.step).toEqual([hex(last.x), hex(last.y), [5, D], [5, K], ...types]);
    const heldout = set.rows("heldout", 6);
    expect(told.heldout).toEqual([hex(heldout.x), hex(heldout.y), [6, D], [6, K], ...types]);
    const two = set.rows("train", 2);
    expect(told.two).toEqual([hex(two.x), hex(two.y), [2, D], [2, K], ...types]);
  });

  test("gives the three parts of a table", async () => {
    const config = resolve("examples/penguins.yaml");
    const told = json(`
parts = {part: mmoe.rows(${JSON.stringify(config)}, part=part) for part in ("train", "validation", "heldout")}
print(json.dumps({part: [[-9 if v != v else v for v in (*x, *y)] for x, y in zip(*map(lambda a: a.tolist(), r))]
                  for part, r in parts.items()}))`);
    for (const [part, option] of Object.entries({ train: [], validation: ["--validation"], heldout: ["--heldout"] })) {
      const { stdout } = await runMain(["data", config, ...option]);
      const rows = stdout.trim().split("\n").slice(1);
      const numberOf = (cell: string) => (cell === "" ? -9 : Math.fround(Number(cell))); // -9: no label
      expect(told[part]).toEqual(rows.map((row) => row.split(",").map(numberOf)));
    }
  });

  const REFUSED = [
    [`mmoe.rows("paper", correlation=7)`, "MmoeError: --corr: expected a number from -1 to 1, got 7"],
    [`mmoe.rows("paper", run=1)`, "MmoeError: paper has several correlations (0.5, 0.9, 1); choose one by --corr"],
    [
      `mmoe.rows("paper", part="test")`,
      "ValueError: rows: part: expected 'train', 'validation' or 'heldout', got 'test'",
    ],
    [
      `mmoe.rows("paper", correlation=1, steps=range(9, 1))`,
      "ValueError: rows: steps: expected a step or a range of steps such as range(1, 101), got range(9, 1)",
    ],
    [
      `mmoe.rows("paper", program="/no/mmoe")`,
      "MmoeError: program: expected the mmoe program, got '/no/mmoe', which is no file",
    ],
  ] as const;

  test("takes a step of NumPy", () => {
    const told = json(`import numpy as np
print(json.dumps(mmoe.rows("smoke", correlation=1, steps=np.int64(3)).x.shape))`);
    expect(told).toEqual([64, 100]);
  });

  test("raises what is wrong", () => {
    const code = REFUSED.map(
      ([call]) => `try: ${call}\nexcept Exception as e: print(f"{type(e).__name__}: {e}")\n`,
    ).join("");
    expect(python(["-c", `import mmoe\n${code}`])).toBe(REFUSED.map(([, message]) => `${message}\n`).join(""));
  });
});

describe.skipIf(!HAS_PYTHON)("the mmoe program is found", () => {
  const call = `import mmoe.program as p; print(p.find_program()[-1])`;
  const found = (env: Record<string, string>, cwd: string) =>
    spawnSync(PYTHON, ["-c", call], { cwd, encoding: "utf8", env: { PATH: "/usr/bin:/bin", ...env } });

  test("beside the package, by $MMOE, and from the working folder where the package lies elsewhere", () => {
    const own = resolve("bin/mmoe.js");
    const source = resolve("python/src");
    expect(found({ PYTHONPATH: source }, "/").stdout).toBe(`${own}\n`);
    expect(found({ PYTHONPATH: source, MMOE: "bin/mmoe.js" }, ".").stdout).toBe("bin/mmoe.js\n");
    const elsewhere = join(temporaryFolder(), "packages");
    mkdirSync(elsewhere);
    cpSync("python/src/mmoe", join(elsewhere, "mmoe"), { recursive: true });
    expect(found({ PYTHONPATH: elsewhere }, "docs").stdout).toBe(`${own}\n`);
    expect(found({ PYTHONPATH: elsewhere }, elsewhere).stderr).toContain(
      "MmoeError: found no mmoe program; install the wheel that has it inside (npm run wheel in a clone makes it), or name it by program= or $MMOE",
    );
  });
});

test.skipIf(!HAS_PYTHON)("mmoe.initial_values(config, model, run) are those that the run begins with, by name", () => {
  const told: Record<string, [string, number[]]> = json(`
values = mmoe.initial_values("smoke", model="ple", run=5, settings={"models": ["ple"], "tasks": 3})
print(json.dumps({name: [a.tobytes().hex(), list(a.shape)] for name, a in values.items()}))`);
  const runs = planRuns(loadConfig("smoke", ["models=[ple]", "tasks=3", "runs=6"].map(setOverride))) as Run[];
  const run = runs.find(({ index }) => index === 5) as Run;
  const values = initialParameters(run);
  const expected = parameterBlocks(run.model).map(({ name, offset, size, shape }) => {
    return [name, [hex(values.subarray(offset, offset + size)), shape]];
  });
  expect(told).toEqual(Object.fromEntries(expected));
});

describe.skipIf(!HAS_PYTHON)("mmoe.results(folder)", () => {
  const folder = join(temporaryFolder(), "results");

  beforeAll(() =>
    writeResults(folder, (run) => (run.index === 3 ? "failed" : likeThePaper(run)), ["runs=6", "tasks=3"]),
  );

  const mean = (frame: string, by: string) =>
    json(`
r = mmoe.results(${JSON.stringify(folder)}, frame="${frame}")
frame = r.by_task() if ${by} else r.runs
done = frame[frame["status"] == "done"] if "${frame}" == "pandas" else frame.filter(frame["status"] == "done")
columns = ["finalHeldoutLoss"] if ${by} else ["finalHeldoutLoss1", "finalHeldoutLoss2", "finalHeldoutLoss3"]
print(json.dumps([len(frame), sum(done[c].sum() for c in columns), "task" in frame.columns, "reason" in frame.columns]))`);

  test.each(["pandas", "polars"])("gives a frame of %s, and one row per task in long form", (frame) => {
    const [wide, long] = [mean(frame, "False"), mean(frame, "True")];
    expect(wide).toEqual([54, expect.any(Number), false, true]);
    expect(long).toEqual([162, expect.closeTo(wide[1], 9), true, true]);
    expect(wide[1]).toBeGreaterThan(0);
  });
});

test.skipIf(!HAS_PYTHON)(
  "long form has a row for each of more than nine tasks, whatever the settings are called",
  () => {
    const tasks = Array.from({ length: 11 }, (_, k) => k + 1);
    const header = ["id", "beta1", ...tasks.map((k) => `finalHeldoutLoss${k}`), "reason"];
    const told = json(`
from mmoe.frames import _by_task
print(json.dumps(_by_task(${JSON.stringify(`${header}\na,0.9,${tasks.map((k) => k / 8)},\n`)})))`);
    const rows = tasks.map((k) => `a,0.9,${k},${k / 8},\n`);
    expect(told).toBe(`id,beta1,task,finalHeldoutLoss,reason\n${rows.join("")}`);
  },
);

test.skipIf(!HAS_PYTHON)("numbers and arrays of NumPy, and ranges, are given as those of Python", () => {
  const told = json(`
import numpy as np
from mmoe.program import set_options
from mmoe.running import option
settings = {"trainRows": np.array([50, 60]), "batch": np.int64(4), "evalEvery": range(10, 30, 10)}
print(json.dumps([set_options(settings)[1::2], option("--steps", range(10, 30, 10)), option("--lr", np.array([0.5, 1]))]))`);
  const settings = ["trainRows=[50, 60]", "batch=4", "evalEvery=[10, 20]"];
  expect(told).toEqual([settings, ["--steps", "10,20"], ["--lr", "0.5,1.0"]]);
});

test.skipIf(!HAS_PYTHON)("a truth value is one only where an option has no value", () => {
  const told = json(`
import numpy as np
from mmoe.running import _SWITCHES, option
from mmoe.sweeping import OPTIONS, sweep
switches = [flag for keyword, flag in OPTIONS.items() if sweep.__annotations__[keyword].startswith("bool")]
given = [option("--long", np.True_), option("--long", False), option("--runs", True), option("--runs", False)]
try: option("--keep-weights", 1)
except TypeError as error: given.append(str(error))
print(json.dumps([switches == list(_SWITCHES), *given]))`);
  const refused = "keep_weights: expected True or False, got 1";
  expect(told).toEqual([true, ["--long"], [], ["--runs", "true"], ["--runs", "false"], refused]);
});

test.skipIf(!HAS_PYTHON)("both halves of a run's seed move what Python and NumPy draw in it", () => {
  const told = json(`
import random
import numpy as np
from mmoe.worker.training import _seed
def drawn(seed):
    _seed(seed)
    return [random.random(), np.random.random()]
print(json.dumps([drawn(seed) for seed in (5, 5 + 2**32, 6, 5)]))`);
  expect(told[3]).toEqual(told[0]);
  for (const library of [0, 1]) expect(new Set(told.map((draws: number[]) => draws[library])).size).toBe(3);
});

test.skipIf(!HAS_PYTHON)("docs/python.md's calls give what the comments beside them say", () => {
  const page = readFileSync("docs/python.md", "utf8");
  const [, code] = /```python\n(import mmoe\n\nx, y.*?)```/s.exec(page) ?? [];
  const lines = code.split("\n").filter((line) => line.includes("#"));
  const told = json(`
told = []
for line in ${JSON.stringify(lines)}:
    exec(line)
    told.append([list(x.shape), list(y.shape)] if line.startswith("x, y") else [])
told[2] = [list(values["experts/0/0/kernel"].shape)]
of = curves[(curves.id == "mmoe/p=0.50/017") & (curves.task == 2)]
numbers = [runs[runs.id == "mmoe/p=0.50/017"].finalRunningLoss2.item(), of.runningLoss.iloc[-1], list(of.columns)]
print(json.dumps([*told, len(runs), len(curves), numbers]))`);
  const shapes = lines.slice(0, 3).map((line) => [...line.matchAll(/\[[\d, ]+\]/g)].map(([text]) => JSON.parse(text)));
  expect(told.slice(0, 3)).toEqual(shapes);
  const [rows, points, [final, last, columns]] = told.slice(-3);
  expect([rows, points, final]).toEqual([1800, 1800 * 100 * 2, last]);
  const losses = ["trainLoss", "heldoutLoss", "runningLoss"];
  expect(columns).toEqual(["id", "model", "correlation", "run", "step", "task", ...losses]);
});

test.skipIf(!HAS_PYTHON)("the package and a program that uses it pass mypy's strict check", () => {
  const names = readdirSync("python/src/mmoe").filter((name) => name.endsWith(".py"));
  const files = [...names.map((name) => `src/mmoe/${name}`), "../test/python/typed.py"];
  expect(files).toContain("src/mmoe/torch_trainer.py");
  const told = python(["-m", "mypy", "--cache-dir=/dev/null", ...files], "python");
  expect(told).toContain(`Success: no issues found in ${files.length} source files`);
});
