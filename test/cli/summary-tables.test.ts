// Tables of mmoe summary that were commands of their own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvRows } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

/** The results folder of a made-up sweep at one correlation. */
function made(lossOf: LossOf, ...set: string[]): string {
  const folder = join(temporaryFolder(), "results");
  writeResults(folder, lossOf, ["correlations=[0.5]", ...set]);
  return folder;
}

const summary = (folder: string, ...argv: string[]) => runMain(["summary", folder, ...argv]);
const tooWide = (stdout: string, columns: number, folder: string) =>
  stdout.split("\n").filter((line) => line.length > columns && !line.includes(folder));

describe("mmoe summary DIR --seesaw", () => {
  /** mmoe ends at half of what single-task has, omoe higher by an eighth. */
  const lossOf: LossOf = ({ model }) => ({ "single-task": 0.2, mmoe: 0.1, omoe: 0.225 })[model.name] ?? 0.4;
  const out = made(lossOf, "runs=6", "models=[single-task, single-task-wide, omoe, mmoe]");
  const seesaw = (folder: string, ...argv: string[]) => summary(folder, "--seesaw", ...argv);

  test("shows what each task gains over single-task in percent", async () => {
    const stdout = printed(await seesaw(out));
    expect(stdout).toContain("gain over single-task, in percent\n");
    expect(stdout).toMatch(/\nmmoe +6 +50\.0 +50\.0 +50\.0 \[50\.0, 50\.0\] +0 \[0, 39\] +100 +0\n/);
    expect(stdout).toMatch(/\nomoe +6 +-12\.5 +-12\.5 +-12\.5 \[-12\.5, -12\.5\] +0 \[0, 39\] +0 +100\n/);
    expect(stdout).toContain("single-task-wide shares nothing either");
    expect(printed(await seesaw(out, "--format", "markdown"))).toMatch(
      /\n\ngain over single-task, in percent\n\n\| p = 0\.50 \| runs \| task 1 .*\n\| --- \| --: (.*\n)+\| mmoe \| 6 \| 50\.0 \|/,
    );
  });

  test("--against takes another model; no interval is of fewer than five runs, and lines wrap on a narrow terminal", async () => {
    const few = made(lossOf, "runs=4", "models=[single-task, mmoe]");
    expect(printed(await seesaw(few))).toMatch(/\nmmoe +4 +50\.0 +50\.0 +50\.0 \(4 runs\) +0 \(4 runs\)/);
    const { stdout } = await runMain(["summary", few, "--seesaw"], undefined, {}, { isTTY: true, columns: 60 });
    expect(tooWide(stdout, 60, few)).toEqual([]);
    expect(stdout).toContain("(4 runs)");
    expect(stdout).not.toMatch(/\(4$|\(4 {2}|^ *runs\)/m);
    const { cells, ...found } = JSON.parse(printed(await seesaw(out, "--against", "mmoe", "--format", "json")));
    expect(found).toMatchObject({ folder: out, loss: "train", against: "mmoe" });
    const names = cells.map(({ model }: { model: string }) => model).sort();
    expect(names).toEqual(["omoe", "single-task", "single-task-wide"]);
    expect(cells.find(({ model }: { model: string }) => model === "single-task").deltaM.value).toBeCloseTo(-1);
  });

  test("shows a table for each grid point, and --at chooses one", async () => {
    const grid = made(lossOf, "runs=6", "models=[single-task, mmoe]", "lr=[0.01, 0.1]");
    expect(printed(await seesaw(grid))).toMatch(/\np = 0\.50, lr=0\.01 .*\nmmoe .*\n\np = 0\.50, lr=0\.1 .*\nmmoe /);
    const csv = printed(await seesaw(grid, "--at", "lr=0.1", "--format", "csv"));
    expect(csv).toMatch(/^loss,against,model,correlation,statistic,pairs,value,low,high\n/);
  });

  test("says what to train where there is nothing to compare, and names no engine: the default one trains all", async () => {
    const of = async (...argv: string[]) => {
      const folder = made((run) => (run.index === 0 ? lossOf(run) : "missing"), "runs=2", ...argv);
      return refusal(await seesaw(folder)).replaceAll(folder, "DIR");
    };
    expect(await of("models=[omoe, mmoe]", "method=[sum, pcgrad]")).toBe(
      "DIR has no model that shares nothing; give --against one of omoe, mmoe, or train one with: mmoe sweep DIR/config.yaml --models single-task --out DIR",
    );
    expect(await of("models=[single-task]")).toContain(
      "has no other model than single-task; train one with: mmoe sweep DIR/config.yaml",
    );
    const none = made((run) => (run.model.name === "mmoe" ? "missing" : 0.1), "runs=2", "models=[single-task, mmoe]");
    expect(refusal(await seesaw(none))).toContain(
      "no run is done both of single-task and of another model; train them with: mmoe sweep ",
    );
    expect(refusal(await seesaw(out, "--against", "single-tsk"))).toBe(
      `--against: ${out} has no single-tsk; did you mean 'single-task'?`,
    );
  });
});

describe("mmoe summary DIR --cost", () => {
  test("shows size, FLOP and time of each model", async () => {
    const out = made(() => 0.1, "runs=5", "models=[omoe, mmoe]", "batch=50");
    const stdout = printed(await summary(out, "--cost"));
    expect(stdout).toMatch(/\nmmoe +14,818 +59,232 +5 +- +-\n/);
    expect(stdout).toContain("-: not measured apart: the models trained together, in 0.1 s of a core."); // 10 runs of 12.5 ms
    expect(tooWide(stdout, 80, out)).toEqual([]);
    const one = made(() => 0.1, "runs=5", "models=[mmoe]", "batch=50");
    expect(printed(await summary(one, "--cost", "--format", "markdown"))).toMatch(
      /\n\n\| model \| parameters \| FLOP per row \| runs \|.*\n.*\n\| mmoe \| 14,818 \| 59,232 \| 5 \| 2\.500 \[2\.500, 2\.500\] \|/,
    );
  });

  test("shows a line for each batch of a grid, and no interval of fewer than five runs", async () => {
    const out = made(() => 0.1, "runs=4", "models=[mmoe]", "batch=[50, 25]");
    const stdout = printed(await summary(out, "--cost"));
    expect(stdout).toMatch(/\nmmoe +25 .* 5\.000 \(4 runs\).*\nmmoe +50 .* 2\.500 \(4 runs\)/);
    expect(stdout).not.toContain("not measured apart");
    const at = JSON.parse(printed(await summary(out, "--cost", "--at", "batch=25", "--format", "json")));
    expect(at.models).toMatchObject([{ model: "mmoe", flopPerRow: 59_232, rowUs: { value: 5 } }]);
  });
});

describe("mmoe summary DIR --full", () => {
  /** mmoe differs from omoe by .031 and a scatter at a correlation of .5, not at all at .9, and by nearly a scatter alone at 1. */
  const lossOf: LossOf = ({ model, correlation, index }) => {
    const scatter = index % 2 === 0 ? -0.125 : 0.125;
    if (model.name !== "mmoe" || correlation === 0.9) return model.name === "shared-bottom" ? 2 : 0.5;
    return 0.5 + scatter - (correlation === 0.5 ? 0.03125 : 0.0001);
  };
  const of = (runs: number) => made(lossOf, `runs=${runs}`, "correlations=[0.5, 0.9, 1]");

  test("says how many runs would tell a difference of the size that runs do not tell", async () => {
    const stdout = printed(await summary(of(12), "--full"));
    const rowOf = (cells: string) => stdout.split("\n").find((line) => line.startsWith(`${cells} `));
    expect(stdout).toMatch(/first lower +p +runs needed\n/);
    expect(rowOf("shared-bottom, mmoe at 0.50")).toMatch(/ 12 .* 0\.0044 +-$/);
    expect(rowOf("omoe, mmoe at 0.50")).toMatch(/ 12 .* 0\.4849 +186$/); // statsmodels' 185.61, of an alpha of 0.05 / 3
    expect(rowOf("omoe, mmoe at 0.90")).toMatch(/ 1\.0000 +-$/);
    expect(rowOf("omoe, mmoe at 1.00")).toMatch(/ 0\.4849 +>100,000$/);
    expect(stdout.replaceAll("\n", " ")).toContain(
      "at 5 %/3 (Holm's level for the next of the 3 not told apart) to tell",
    );
    const { models } = JSON.parse(printed(await summary(of(12), "--json")));
    expect(models.slice(0, 6).map(({ needed }: { needed: number }) => needed)).toEqual([
      null,
      null,
      186,
      null,
      null,
      null,
    ]);
  });

  test("says so from five pairs on, and leaves out other columns on a narrow terminal", async () => {
    expect(printed(await summary(of(4), "--full"))).not.toContain("runs needed");
    const { stdout } = await runMain(["summary", of(12), "--full"], undefined, {}, { isTTY: true, columns: 60 });
    expect(tooWide(stdout, 60, "results")).toEqual([]);
    expect(stdout).toMatch(/\ncells +mean +first lower +p +runs needed\n +difference\n/);
  });
});

describe("mmoe summary DIR --front --with METHODS", () => {
  /** Tasks end at .9 and 1.1 times this: equal weights are best, and pcgrad is better by a fifth. */
  const lossOf: LossOf = ({ id, index }) =>
    (1 + index / 100) * (id.includes("pcgrad") ? 0.8 : id.includes("1:3") ? 1.5 : id.includes("mgda") ? 1.1 : 1);
  const [weights, methods] = [["taskWeights=[none, 1:3]"], ["method=[pcgrad, mgda, sum]"]].map((set) =>
    made(lossOf, "runs=6", "models=mmoe", ...set),
  );

  test("has a row for each static weights and method, and says which methods leave the front", async () => {
    const stdout = printed(await summary(weights, "--front", "--with", methods));
    expect(stdout).toMatch(/\n1:1 +0\.923 \[0\.9\d+, 0\.9\d+\] +1\.128 \[1.*\] +yes +- +-\n1:3 +1\.38.* - +- +-\n/);
    expect(stdout).toMatch(
      /\npcgrad .* yes +25\.0 \[25\.0, 25\.0\] +\d+.*\nmgda .* - +-9\.1 \[-9\.1, -9\.1\] +0\.00 .*\n/,
    );
    expect(stdout).toContain("\nbeyond the front: pcgrad; behind it: mgda\n");
    const { stdout: narrow } = await runMain(
      ["summary", weights, "--front", "--with", methods],
      undefined,
      {},
      { isTTY: true, columns: 60 },
    );
    expect(narrow.split("\n").filter((line) => line.length > 60 && !/results/.test(line))).toEqual([]);
    const json = JSON.parse(printed(await summary(weights, "--front", "--with", methods, "--json")));
    expect(json).toMatchObject({ with: [methods], loss: "train", fronts: [{ model: "mmoe", runs: 6 }] });
  });

  test("is what mmoe figures draws of the two folders, and that alone", async () => {
    const figures = (...argv: string[]) => runMain(["figures", weights, "--with", methods, ...argv]);
    expect(printed(await figures())).toMatch(/^.*front\.\{svg,csv,txt\}: Static task weights and methods\n$/);
    const rows = csvRows(readFileSync(join(weights, "figures", "front.csv"), "utf8"));
    expect(rows.map(({ name, kind, onFront }) => [name, kind, onFront])).toEqual([
      ["1:1", "weights", "1"],
      ["1:3", "weights", "0"],
      ["pcgrad", "method", "1"],
      ["mgda", "method", "0"],
    ]);
    expect(refusal(await figures("--only", "4"))).toBe(`${weights}: figure4: drawn of one folder; leave out --with`);
  });

  test("needs runs with two static weights, and --with needs --front", async () => {
    expect(refusal(await summary(methods, "--front"))).toContain("no two static task weights have runs in common");
    expect(refusal(await summary(weights, "--with", methods))).toBe("--with: expected --front with it");
  });
});

test.each([
  [["--cost", "--full"], "--full: --cost does not take it; leave one out"],
  [["--seesaw", "--cost"], "--cost: --seesaw does not take it; leave one out"],
  [["--cost", "--loss", "train"], "--loss: --cost does not take it; leave one out"],
  [["--against", "mmoe"], "--against: expected --seesaw with it"],
])("mmoe summary DIR %j is refused", async (words, line) => {
  expect(
    refusal(
      await summary(
        made(() => 0.1, "runs=2", "models=single-task,mmoe"),
        ...words,
      ),
    ),
  ).toBe(line);
});
