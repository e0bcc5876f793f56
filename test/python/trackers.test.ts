// A sweep's runs in MLflow, Weights & Biases and TensorBoard, read back by their own readers.
import { execFileSync, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { trainedHash } from "../../src/config/config.ts";
import { configIn } from "../../src/records/read-results.ts";
import { BIN } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, PYTHON } from "./python.ts";

const folder = temporaryFolder();

/** What a program prints where each tracker records into the test's folder. */
function python(...words: string[]): string {
  const store = { MLFLOW_ALLOW_FILE_STORE: "true", MLFLOW_TRACKING_URI: `file://${folder}/mlruns` };
  const env = { ...process.env, PYTHONPATH: resolve("python/src"), ...store, WANDB_MODE: "offline" };
  return execFileSync(PYTHON, words, { cwd: folder, encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

interface Run {
  readonly status: unknown;
  readonly params: Record<string, string | number>;
  readonly metrics: Record<string, number>;
  readonly curve: [step: number, loss: number][];
}

const rows = (name: string) => csvFile(folder, "swept", name);

/** Trains by the command line; the second rate fails, as its loss is no number. */
function sweep(out: string, seed: string, runs: string, rates: string): void {
  const few = "--corr 1 --steps 40 --models mmoe --quiet".split(" ");
  const words = [...few, "--seed", seed, "--runs", runs, "--lr", rates];
  const set = ["--set", "clipNorm=3", "--set", "evalEvery=[10,40]", "--set", "data=linear", "--long", "--out", out];
  const { status } = spawnSync(process.execPath, [BIN, "sweep", "smoke", ...words, ...set], { cwd: folder });
  expect([0, 3]).toContain(status);
}

describe.skipIf(!HAS_PYTHON)("a sweep's runs in trackers", () => {
  beforeAll(() => {
    sweep("swept", "0", "2", "0.01,1e30");
    sweep("other", "1", "1", "0.01,1");
  });

  describe.each([
    ["mlflow", "swept", 12, ["FINISHED", "FAILED"]],
    ["tensorboard", "swept/tensorboard", 6, []], // numbers are float32
    ["wandb", "wandb", 12, [0, 1]],
  ] as const)("r.to_%s()", (tracker, place, digits, statuses) => {
    let said: string[];
    let runs: Record<string, Run>;
    const runOf = (id: string) => runs[`${trainedHash(configIn(join(folder, "swept")))} ${id}`];

    beforeAll(() => {
      said = python(
        "-c",
        `import mmoe; r = mmoe.results("swept"); print(r.to_${tracker}(), r.to_${tracker}(), sep="\\n")`,
      )
        .trim()
        .split("\n");
      runs = JSON.parse(python(resolve("test/python/tracked.py"), tracker, place));
    });

    test("adds every run with what it was trained with, once", () => {
      expect(said).toEqual([
        expect.stringContaining("4 runs added"),
        expect.stringContaining("0 runs added, 4 were there"),
      ]);
      expect(Object.keys(runs)).toHaveLength(4);
      for (const { id, run, lr } of rows("runs.csv")) {
        const { params } = runOf(id);
        expect(params).toMatchObject({ model: "mmoe", data: "linear", optimizer: "adam", engine: "cpu" });
        const numbers = ["run", "lr", "correlation", "clipNorm"].map((key) => Number(params[key]));
        expect(numbers).toEqual([Number(run), Number(lr), 1, 3]);
      }
    });

    test("has the final numbers of runs.csv, and the losses of curves-long.csv against the step", () => {
      const done = rows("runs.csv").filter(({ status }) => status === "done");
      expect(done).toHaveLength(2);
      for (const row of done) {
        const { metrics, curve } = runOf(row.id);
        for (const key of ["finalHeldoutLoss1", "finalRunningLossMean", "labelCorrelation"])
          expect(metrics[key]).toBeCloseTo(Number(row[key]), digits);
        const points = rows("curves-long.csv").filter(({ id }) => id === row.id);
        expect(curve.map(([step]) => step)).toEqual([10, 40]);
        curve.forEach(([, loss], i) => {
          expect(loss).toBeCloseTo(Number(points[i]?.heldoutLoss2), digits);
        });
      }
    });

    test.skipIf(statuses.length === 0)("says which runs failed", () => {
      const ended = rows("runs.csv").map(({ id, status }) => `${status}: ${runOf(id).status}`);
      expect(new Set(ended)).toEqual(new Set([`done: ${statuses[0]}`, `failed: ${statuses[1]}`]));
    });
  });

  test("are added again where an export was stopped, and beside those of another sweep", () => {
    const code = `import mmoe
from mlflow import MlflowClient
client = MlflowClient()
def add(name): print(mmoe.results(name).to_mlflow("both").partition(": ")[2])
add("swept")
of = client.get_experiment_by_name("both").experiment_id
client.update_run(client.search_runs([of])[0].info.run_id, status="RUNNING")
for name in ("swept", "other", "other"): add(name)
print(len(client.search_runs([of])))`;
    const expected = ["4 runs added", "1 runs added, 3 were there", "2 runs added", "0 runs added, 2 were there", "6"];
    // The store's address has a colon, too.
    expect(
      python("-c", code)
        .trim()
        .split("\n")
        .map((line) => line.replace(/^.*: /, "")),
    ).toEqual(expected);
  });

  test("are not mixed with those of another sweep in a folder of TensorBoard", () => {
    const code = `import mmoe
for name in ("swept", "other"): mmoe.results(name).to_tensorboard("logs")`;
    expect(() => python("-c", code)).toThrow(/FileExistsError: logs\/.*of another sweep; give another folder/);
  });

  test("need a package, which one line says how to install", () => {
    const code = `import sys, mmoe
for module in ("mlflow", "tensorboardX", "wandb"):
    sys.modules[module] = None
    try: getattr(mmoe.results("swept"), "to_" + module.lower().removesuffix("x"))()
    except ImportError as error: print(error)`;
    expect(python("-c", code).trim().split("\n")).toEqual([
      "mlflow is not installed: pip install mlflow-skinny",
      "tensorboardX is not installed: pip install tensorboardX",
      "wandb is not installed: pip install wandb",
    ]);
  });
});
