import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { isFigureFile } from "../../src/figures/files.ts";
import { csvRows } from "../support/csv.ts";
import { expectVerified, refusal, runMain, temporaryFolder } from "../support/effects.ts";

const SMALL = "smoke --models omoe,mmoe --corr 0.5,1 --runs 2 --steps 20 --kernels wasm --jobs 1".split(" ");
const GRID = [...SMALL, "--lr", "0.001,0.01", "--set", "batch=8,64"];
const TIMED = ["elapsedMs"];

const out = join(temporaryFolder(), "grid");
const sweep = (to: string, ...argv: string[]) => runMain(["sweep", ...argv, "--out", to]);
const text = (folder: string, file: string) => readFileSync(join(folder, file), "utf8");
const rows = (folder: string, file = "runs.csv") => csvRows(text(folder, file));

/** The rows without what says how long a run took. */
function numbers(folder: string): Record<string, string>[] {
  return rows(folder).map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !TIMED.includes(key))));
}

let table = "";
beforeAll(async () => {
  const { code, stdout } = await sweep(out, ...GRID, "--long");
  expect(code).toBe(0);
  table = stdout;
});

describe("a sweep of a grid", () => {
  test("trains the very runs that sweeps of one value each train", async () => {
    const alone = join(temporaryFolder(), "alone");
    expect((await sweep(alone, ...SMALL, "--lr", "0.01", "--batch", "8")).code).toBe(0);
    const same = numbers(out)
      .filter((row) => row.batch === "8" && row.lr === "0.01")
      .map((row) => ({ ...row, id: row.id?.replace("batch=8/lr=0.01/", "") }));
    expect(same).toEqual(numbers(alone));
  });

  test("trains them so where points with other optimizers, initial values and sampling train side by side", async () => {
    const [grid, alone] = ["grid", "alone"].map((name) => join(temporaryFolder(), name)) as [string, string];
    const words = ["optimizer=adam,sgd", "initializer=glorot-uniform,he-uniform", "sampling=epochs,replacement"];
    const few = [...SMALL, "--corr", "0.5", "--runs", "1"];
    await sweep(grid, ...few, ...words.flatMap((word) => ["--set", word]));
    const point = ["sampling=replacement", "optimizer=sgd", "initializer=he-uniform"];
    await sweep(alone, ...few, ...point.flatMap((word) => ["--set", word]));
    const same = rows(grid).filter(({ id }) => id?.includes(`/${point.join("/")}/`));
    expect(same.map((row) => row.finalTrainLossMean)).toEqual(rows(alone).map((row) => row.finalTrainLossMean));
    expect(new Set(rows(grid).map((row) => row.finalTrainLossMean)).size).toBe(8 * 2);
  });

  test("names runs by their values, and writes a column for each listed setting", () => {
    expect(rows(out)).toHaveLength(2 * 2 * 2 * 4);
    expect(new Set(rows(out).map(({ finalTrainLossMean }) => finalTrainLossMean)).size).toBe(32);
    expect(rows(out)[0]?.id).toBe("omoe/p=0.50/batch=8/lr=0.001/000");
    for (const file of ["curves.csv", "curves-long.csv"]) {
      const found = new Set(rows(out, file).map(({ batch, lr }) => `${batch} ${lr}`));
      expect(found).toEqual(new Set(["8 0.001", "8 0.01", "64 0.001", "64 0.01"]));
    }
    expect(rows(out, "curves.csv").filter(({ task }) => task === "mean")).toHaveLength(2 * 2 * 4);
  });

  test("shows a row for each cell, with a column for each listed setting", () => {
    expect(table).toMatch(/^model +p +batch +lr +runs /);
    expect(table.split("\n").filter((line) => /^o?m?moe/.test(line))).toHaveLength(2 * 2 * 4);
    expect(table).toMatch(/^mmoe +1\.00 +64 +0\.01 +2 /m);
  });

  test("can be extended by a value as by a model: nothing is trained twice, the CSV is that of one sweep", async () => {
    const grown = join(temporaryFolder(), "grown");
    await sweep(grown, ...SMALL, "--batch", "64,8", "--lr", "0.01,0.1");
    const { code, stderr } = await sweep(grown, ...SMALL, "--batch", "8,64", "--lr", "0.001,0.01");
    expect([code, stderr]).toEqual([0, expect.stringContaining("reused 16, to do 16 runs")]);
    const kept = numbers(grown).filter(({ lr }) => lr !== "0.1");
    expect(kept).toEqual(numbers(out));
    expect(loadConfig(join(grown, "config.yaml"))).toMatchObject({ batch: [64, 8], lr: [0.01, 0.1, 0.001] });
    const status = await runMain(["status", grown]);
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining("48 runs: 48 done")]);
  });

  test("can be trained in shards and merged, to the same CSV; missing runs are told by cell and point", async () => {
    const folder = temporaryFolder();
    const shards = ["1/2", "2/2"].map((shard) => ({ shard, to: join(folder, shard.replace("/", "-")) }));
    for (const { shard, to } of shards) expect((await sweep(to, ...GRID, "--shard", shard)).code).toBe(0);
    const lacking = await runMain(["merge", shards[0]?.to]);
    expect([lacking.code, lacking.stderr]).toEqual([
      4,
      expect.stringContaining("1 of omoe at 0.50, batch=8, lr=0.001"),
    ]);
    const merged = join(folder, "merged");
    const { code } = await runMain(["merge", ...shards.map(({ to }) => to), "-o", merged]);
    expect([code, numbers(merged)]).toEqual([0, numbers(out)]);
    expect(text(merged, "curves.csv")).toBe(text(out, "curves.csv"));
  });

  test("is verified to the last bit", () => expectVerified(out, 5));
});

test("summary shows every point, and compares models at the same one", async () => {
  const { stdout } = await runMain(["summary", out, "--full"]);
  expect(stdout).toMatch(/^p = 0\.50 +batch +lr +runs/m);
  expect(stdout).toContain("p = 0.50, batch=8, lr=0.001");
  expect(stdout.match(/^omoe, mmoe at 0\.50, batch=8, lr=0\.01 /gm)).toHaveLength(2);
  expect(stdout.match(/^mmoe at 0\.50, 1\.00, batch=64, lr=0\.01 /gm)).toHaveLength(1);
  expect(stdout.match(/^omoe, mmoe at /gm)).toHaveLength(2 * 8); // their difference and their spread
  expect(stdout).toMatch(/no p: so few pairs can't be significant\n/);
  const { stdout: csv } = await runMain(["summary", out, "--csv"]);
  const lines = csvRows(csv);
  expect(new Set(lines.map(({ about, batch, lr }) => `${about} ${batch} ${lr}`)).size).toBe(5 * 4 + 3); // points are compared with the first
});

describe("--at", () => {
  const AT = ["--at", "batch=64,lr=0.01"];

  test("shows one point as a sweep of its own is shown", async () => {
    const alone = join(temporaryFolder(), "alone");
    await sweep(alone, ...SMALL, "--lr", "0.01");
    const [ours, theirs] = [await runMain(["summary", out, ...AT]), await runMain(["summary", alone])];
    expect(ours.stdout).toBe(theirs.stdout.replace(`${alone}\n`, `${out} at batch=64, lr=0.01\n`));
    const compared = await runMain(["compare", out, alone, ...AT]);
    expect([compared.code, compared.stdout]).toEqual([0, expect.stringContaining("cells: 0 the same, 0 better")]);
    expect(compared.stdout).not.toMatch(/only|settings/);
    expect(refusal(await runMain(["compare", out, alone]))).toBe(
      `${out} and ${alone} have no finished run in common; one is a grid: there are several points (batch: 8, 64; lr: 0.001, 0.01); choose one, such as --at batch=8,lr=0.001`,
    );
  });

  test("leaves what it does not choose as columns", async () => {
    const { stdout } = await runMain(["summary", out, "--at", "lr=0.01"]);
    expect(stdout).toMatch(/^p = 0\.50 +batch +runs/m);
    const { stdout: compared } = await runMain(["compare", out, out, "--at", "lr=0.01"]);
    expect(compared).toMatch(/^model +p +batch +pairs/m);
  });

  test("chooses the point at which claims are tested: without it, several are refused", async () => {
    expect(refusal(await runMain(["claims", out]))).toBe(
      `${out}: claims are tested at one grid point, and there are several points (batch: 8, 64; lr: 0.001, 0.01); choose one, such as --at batch=8,lr=0.001`,
    );
    const { stdout } = await runMain(["claims", out, ...AT]);
    expect(stdout).toMatch(new RegExp(`^${out} at batch=64, lr=0.01\\n`));
    expect(stdout).toMatch(/^5\.2-2 +undecided /m); // the one whose cells are all here
  });
});

test("report writes a page of all points, or of the chosen one", async () => {
  const file = join(temporaryFolder(), "report.html");
  expect((await runMain(["report", out, "-o", file])).code).toBe(0);
  expect(readFileSync(file, "utf8")).toContain(", 4 grid points</h1>");
  expect((await runMain(["report", out, "-o", file, "--at", "batch=64,lr=0.01"])).code).toBe(0);
  expect(readFileSync(file, "utf8")).toContain(", batch=64, lr=0.01</h1>");
});

describe("figures of a grid", () => {
  const POINTS =
    "there are several points (batch: 8, 64; lr: 0.001, 0.01), and one at a time can be shown; give --at batch=8,lr=0.001, or another";

  test("are those of all points, and one line for the others, which are refused by name", async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await runMain(["figures", out, "-o", folder]);
    expect([code, stdout]).toEqual([0, `${folder}/grid.{svg,csv,txt}: Final loss against lr\n`]);
    const others =
      "figure3, figure4, figure5, final-loss, differences, distributions, runs, train-heldout, task-losses";
    expect(stderr).toBe(`${others}, cost, seesaw, verdicts are not drawn: ${POINTS}\n`);
    expect(refusal(await runMain(["figures", out, "--only", "4"]))).toBe(`${out}: figure4 can't be drawn: ${POINTS}`);
  });

  test("are those of the chosen point, named by it", async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await runMain(["figures", out, "-o", folder, "--at", "batch=64,lr=0.01"]);
    const [lacking, short] = stderr.split("\n");
    expect([code, lacking]).toEqual([
      0,
      "figure3 is not drawn: no run of shared-bottom-16 is done; see mmoe sweep figure3",
    ]);
    expect(short).toMatch(/^runs of 20 steps are too short/);
    expect(stdout).toContain(`${folder}/figure4-batch=64-lr=0.01.{svg,csv,txt}: `);
    expect(readdirSync(folder).every(isFigureFile)).toBe(true);
    expect(stdout.split("\n").filter((line) => line !== "")).toHaveLength(9); // all but figure3, and cost: sizes are alike
  });
});
