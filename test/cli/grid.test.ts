import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
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

beforeAll(async () => {
  expect((await sweep(out, ...GRID, "--long")).code).toBe(0);
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

  test("may list a setting that is true or false, which tables and files have by these words", async () => {
    const folder = join(temporaryFolder(), "nesterov");
    const sgd = ["optimizer=sgd", "momentum=0.9", "nesterov=true,false"].flatMap((set) => ["--set", set]);
    await sweep(folder, ...SMALL, ...sgd, "--models", "mmoe", "--corr", "0.5", "--runs", "1");
    expect(rows(folder).map(({ id, nesterov }) => `${id} ${nesterov}`)).toEqual(
      [false, true].map((value) => `mmoe/p=0.50/nesterov=${value}/000 ${value}`),
    );
    expect(new Set(rows(folder).map((row) => row.finalTrainLossMean)).size).toBe(2);
    expect((await runMain(["status", folder])).stdout).toContain("2 runs: 2 done");
    const one = join(folder, "one.parquet");
    await runMain(["export", folder, "-o", one]);
    const exported = await parquetReadObjects({ file: new Uint8Array(readFileSync(one)).buffer });
    expect(exported).toMatchObject([{ nesterov: "false" }, { nesterov: "true" }]);
    expect((await runMain(["summary", folder, "--at", "nesterov=true"])).stdout).toContain("at nesterov=true");
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

  test("chooses the point at which claims are tested: without it, several are refused", async () => {
    expect(refusal(await runMain(["claims", out]))).toBe(
      `${out}: claims are tested at one grid point, and there are several points (batch: 8, 64; lr: 0.001, 0.01); choose one, such as --at batch=8,lr=0.001`,
    );
    const { stdout } = await runMain(["claims", out, ...AT]);
    expect(stdout).toMatch(new RegExp(`^${out} at batch=64, lr=0.01\\n`));
    expect(stdout).toMatch(/^5\.2-2 +undecided /m); // the one whose cells are all here
  });
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
});
