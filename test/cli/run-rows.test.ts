import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { npyHeader } from "../../src/cli/rows-output.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { RowOrder } from "../../src/data/order.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { dataKey } from "../../src/data/streams.ts";
import { TableSet } from "../../src/data/table-set.ts";
import { type Rows, TaskSet } from "../../src/data/task-set.ts";
import type { Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { withTables } from "../../src/sweep/share.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";
import { readNpy } from "../support/npy.ts";
import { tableFile } from "../support/tables.ts";

const { settings } = GENERATOR_PRESETS["four-sines"];
const D = settings.inputs;
const runThree = new TaskSet(settings, correlationMatrix(2, 0.9), { seed: 0, run: 3 });

/** What a command writes in NumPy's format. */
async function written(...argv: string[]) {
  const file = join(temporaryFolder(), "it.npy");
  expect(await runMain([...argv, "--quiet", "-o", file])).toMatchObject({ code: 0, stderr: "" });
  return readNpy(file);
}

/** x [N, D] and y [N, K] as records of a row each. */
function records({ x, y }: Rows, N: number): Float32Array {
  const [D, K] = [x.length / N, y.length / N];
  const rows = Array.from({ length: N }, (_, n) => [
    ...x.subarray(n * D, (n + 1) * D),
    ...y.subarray(n * K, (n + 1) * K),
  ]);
  return Float32Array.from(rows.flat());
}

const header = (inputs: number, tasks: number, shape: string) =>
  `{'descr': [('x', '<f4', (${inputs},)), ('y', '<f4', (${tasks},))], 'fortran_order': False, 'shape': ${shape}, }`;

describe("mmoe data CONFIG --format npy", () => {
  const npy = (...argv: string[]) => written("data", ...argv, "--format", "npy");

  test("writes the batches of fresh steps, each row by its step and number", async () => {
    const file = await npy("paper", "--corr", "0.9", "--run", "3", "--steps", "6-8", "--set", "batch=5");
    expect(file.header).toBe(header(D, 2, "(3, 5)"));
    expect(file.values).toEqual(
      Float32Array.from([6, 7, 8].flatMap((step) => [...records(runThree.rows("train", 5, step), 5)])),
    );
  });

  test.each(["epochs", "replacement"] as const)("writes the batches of a fixed set, by %s", async (sampling) => {
    const changes = ["--set", "batch=4", "--set", "trainRows=7", "--set", `sampling=${sampling}`];
    const file = await npy("paper", "--corr", "0.9", "--run", "3", "--steps", "2-5", ...changes);
    const set = records(runThree.rows("train", 7), 7);
    const order = new RowOrder(dataKey({ seed: 0, run: 3 }, "order"), 7, sampling);
    const expected = [2, 3, 4, 5].flatMap((step) => {
      const numbers = new Uint32Array(4);
      order.batchInto(numbers, step);
      return [...numbers].flatMap((n) => [...set.subarray(n * (D + 2), (n + 1) * (D + 2))]);
    });
    expect([file.header, file.values]).toEqual([header(D, 2, "(4, 4)"), Float32Array.from(expected)]);
  });

  test("writes all rows of the config's fixed set and of its held-out rows, by the tasks, constants and seed of a results folder", async () => {
    const sizes = ["--set", "trainRows=11", "--set", "heldoutRows=6"];
    const train = await npy("paper", "--corr", "0.9", "--run", "3", ...sizes);
    const heldout = await npy("paper", "--corr", "0.9", "--run", "3", ...sizes, "--heldout");
    expect([train.header, heldout.header]).toEqual([header(D, 2, "(11,)"), header(D, 2, "(6,)")]);
    expect(train.values).toEqual(records(runThree.rows("train", 11), 11));
    expect(heldout.values).toEqual(records(runThree.rows("heldout", 6), 6));
    const results = join(temporaryFolder(), "results");
    writeResults(results, () => "failed", ["runs=2", "tasks=3", "seed=5", "correlations=0.8", "trainRows=9"]);
    const file = await npy(results, "--run", "1");
    const expected = new TaskSet(GENERATOR_PRESETS.paper.settings, correlationMatrix(3, 0.8), { seed: 5, run: 1 });
    expect([file.header, file.values]).toEqual([header(D, 3, "(9,)"), records(expected.rows("train", 9), 9)]);
  });

  test("writes the rows of a table as the run sees them", async () => {
    const config = ["smoke", "--set", `rows=${tableFile(40)}`, "--set", "batch=3"];
    const [run] = withTables(planRuns(loadConfig("smoke", [setOverride(config[2])])).slice(0, 1));
    if (run?.correlation !== null) throw new Error("expected a run of a table");
    const rows = new TableSet(run.data, { seed: 0, run: 4 }, { trainRows: 26, heldoutRows: 14, validationRows: 6 });
    expect((await npy(...config, "--run", "4")).values).toEqual(records(rows.rows("train"), 26));
    expect((await npy(...config, "--run", "4", "--rows", "5", "--heldout")).values).toEqual(
      records(rows.rows("heldout"), 14).subarray(0, 5 * 5),
    );
    expect((await npy(...config, "--run", "4", "--validation")).values).toEqual(
      records(rows.rows("heldout"), 14).subarray(8 * 5),
    );
    expect((await npy(...config, "--run", "4", "--steps", "1-2")).header).toBe(header(3, 2, "(2, 3)"));
  });

  test.each([
    ["paper", "paper has several correlations (0.5, 0.9, 1); choose one by --corr"],
    ["paper --corr 1", "training rows are fresh at each step; give --steps, such as 1-100, or --step"],
    ["paper --corr 1 --steps 9-8", "--steps: expected a whole number from 9 to 2147483647, got '8'"],
    ["paper --corr 1 --steps 1-2-3", "--steps: expected a whole number from 1 to 2147483647, got '1-2-3'"],
    ["paper --corr 1 --steps 1-2 --heldout", "--heldout: --steps does not use it; leave it out"],
    ["paper --corr 1 --steps 1 --set batch=8,16", "batch: the models or grid points have 8, 16; choose one"],
    ["smoke --corr 1 --format npy", "--format npy: expected a file; give -o FILE"],
  ])("refuses %s", async (words, message) => {
    expect(refusal(await runMain(["data", ...words.split(" ")]))).toContain(message);
  });
});

describe("mmoe models CONFIG --initial MODEL", () => {
  test("writes a field for each tensor, of the values that the run begins with", async () => {
    const set = ["initializer=he-uniform", "tasks=3"];
    const runs = planRuns(loadConfig("smoke", ["runs=4", ...set].map(setOverride))) as Run[];
    const run = runs.find(({ model, index }) => model.name === "mmoe" && index === 3) as Run;
    const options = set.flatMap((text) => ["--set", text]);
    const { header, values } = await written("models", "smoke", "--initial", "mmoe", "--run", "3", ...options);
    expect(header).toContain(`('experts/0/0/kernel', '<f4', (${D}, 16)), ('experts/0/0/bias', '<f4', (16,))`);
    expect(header.match(/'<f4'/g)).toHaveLength(parameterBlocks(run.model).length);
    expect(header).toMatch(/'shape': \(\), }$/);
    expect(values).toEqual(initialParameters(run));
  });

  test("writes the log-odds of a table's labels as biases with outputBias=base-rate", async () => {
    const rows = Array.from({ length: 40 }, (_, n) => [
      n / 40,
      n % 4 === 0 ? 1 : 0,
      n % 2,
      n < 24 ? "train" : n < 30 ? "validation" : "test",
    ]);
    const file = join(temporaryFolder(), "rows.csv");
    writeFileSync(file, ["x_a,y_rare,y_even,part", ...rows.map((row) => row.join()), ""].join("\n"));
    const base = (rate: string) =>
      written("models", "smoke", "--initial", "mmoe", ...["--set", `rows=${file}`, "--set", `outputBias=${rate}`]);
    const [zero, rates] = [(await base("zero")).values, (await base("base-rate")).values];
    const changed = Array.from(rates).filter((value, i) => value !== zero[i]);
    expect(changed).toEqual([expect.closeTo(Math.log(6 / 18), 6)]); // 6 of 24 training rows; of the other label half
  });

  const BOTH =
    'initializer: the models or grid points have {"name":"glorot-uniform"}, {"name":"he-uniform"}; choose one';
  test.each([
    ["--initial mmoe -o a.npy", "--initial: expected a config that says how values are drawn; give one, such as paper"],
    ["paper --initial mmoe", "--initial: expected a file; give -o FILE"],
    ["paper --initial mmo -o a.npy", "expected one of shared-bottom, omoe, mmoe, got 'mmo'; did you mean 'mmoe'?"],
    ["paper --run 3", "--run: only --initial uses it; add --initial MODEL"],
    ["--set tasks=3", "--set: expected a config with the other models; give one, such as paper"],
    ["paper --initial mmoe -o a.npy --set initializer=[glorot-uniform,he-uniform]", BOTH],
  ])("refuses %s", async (words, message) => {
    expect(refusal(await runMain(["models", ...words.split(" ")]))).toContain(message);
  });
});

/**
 * By NumPy 2.4.6, but for the spaces before the end of the line:
 * a = np.zeros((3, 5), [("x", "<f4", (4,)), ("towers/0/output/kernel", "<f4", (2, 1))]); np.save("a.npy", a); and its shape ()
 */
const DESCR = "'descr': [('x', '<f4', (4,)), ('towers/0/output/kernel', '<f4', (2, 1))], 'fortran_order': False";
const FIELDS = [
  { name: "x", shape: [4] },
  { name: "towers/0/output/kernel", shape: [2, 1] },
];

test.each([
  [[3, 5], "(3, 5)"],
  [[7], "(7,)"],
  [[], "()"],
])("npyHeader(fields, %j) is NumPy's, and a multiple of 64 bytes", (shape, text) => {
  const header = Buffer.from(npyHeader(FIELDS, shape));
  expect([...header.subarray(0, 8)]).toEqual([0x93, ...Buffer.from("NUMPY"), 1, 0]);
  expect(header.readUInt16LE(8)).toBe(header.length - 10);
  expect(header.length % 64).toBe(0);
  expect(header.toString("latin1", 10)).toMatch(/^[^ ].*[^ ] *\n$/);
  expect(header.toString("latin1", 10).trimEnd()).toBe(`{${DESCR}, 'shape': ${text}, }`);
});
