import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});

const seesaw = (...argv: string[]) => runMain(["summary", out, "--seesaw", ...argv]);

/** mmoe ends at half of what single-task has, omoe higher by an eighth. */
const lossOf: LossOf = ({ model }) => ({ "single-task": 0.2, mmoe: 0.1, omoe: 0.225 })[model.name] ?? 0.4;
const SET = ["runs=6", "correlations=[0.5]"];

describe("mmoe summary DIR --seesaw", () => {
  test("shows what each task gains over single-task in percent", async () => {
    writeResults(out, lossOf, [...SET, "models=[single-task, single-task-wide, omoe, mmoe]"]);
    const { code, stdout, stderr } = await seesaw();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("gain over single-task, in percent\n");
    expect(stdout).toMatch(/\np = 0\.50 +runs +task 1 +task 2 +delta-m \[95 %\] +seesaw \[95 %\] +all \+ +all -\n/);
    expect(stdout).toMatch(/\nmmoe +6 +50\.0 +50\.0 +50\.0 \[50\.0, 50\.0\] +0 \[0, 39\] +100 +0\n/);
    expect(stdout).toMatch(/\nomoe +6 +-12\.5 +-12\.5 +-12\.5 \[-12\.5, -12\.5\] +0 \[0, 39\] +0 +100\n/);
    expect(stdout).toContain("single-task-wide shares nothing either");
  });

  test("shows no interval of fewer than five runs", async () => {
    writeResults(out, lossOf, ["runs=4", "correlations=[0.5]", "models=[single-task, mmoe]"]);
    const { stdout } = await seesaw();
    expect(stdout).toMatch(/\nmmoe +4 +50\.0 +50\.0 +50\.0 \(4 runs\) +0 \(4 runs\)/);
    const narrow = await runMain(["summary", out, "--seesaw"], undefined, {}, { isTTY: true, columns: 60 });
    expect(narrow.stdout).toContain("(4 runs)");
    expect(narrow.stdout).not.toMatch(/\(4$|\(4 {2}|^ *runs\)/m);
  });

  test("--against takes another model, also the default as JSON", async () => {
    writeResults(out, lossOf, [...SET, "models=[single-task, omoe, mmoe]"]);
    const found = JSON.parse((await seesaw("--against", "mmoe", "--format", "json")).stdout);
    expect(found).toMatchObject({ folder: out, loss: "train", against: "mmoe" });
    expect(found.cells.map(({ model }: { model: string }) => model).sort()).toEqual(["omoe", "single-task"]);
    expect(found.cells.find(({ model }: { model: string }) => model === "single-task").deltaM.value).toBeCloseTo(-1);
  });

  test("--format markdown has a table of Markdown, on a narrow terminal the table wraps", async () => {
    writeResults(out, lossOf, [...SET, "models=[single-task, mmoe]"]);
    const { stdout } = await seesaw("--format", "markdown");
    expect(stdout).toMatch(
      /\n\ngain over single-task, in percent\n\n\| p = 0\.50 \| runs \| task 1 .*\n\| --- \| --: /,
    );
    expect(stdout).toContain("\n| mmoe | 6 | 50.0 | 50.0 | 50.0 [50.0, 50.0] |");
    const narrow = await runMain(["summary", out, "--seesaw"], undefined, {}, { isTTY: true, columns: 60 });
    expect(narrow.stdout.split("\n").filter((line) => line.length > 60 && !line.includes(out))).toEqual([]);
  });

  test("shows a table for each grid point, and --at chooses one", async () => {
    writeResults(out, lossOf, [...SET, "models=[single-task, mmoe]", "lr=[0.01, 0.1]"]);
    const all = await seesaw();
    expect(all.stdout).toMatch(/\np = 0\.50, lr=0\.01 .*\nmmoe .*\n\np = 0\.50, lr=0\.1 .*\nmmoe /);
    const { stdout } = await seesaw("--at", "lr=0.1", "--format", "csv");
    expect(stdout).toMatch(/^loss,against,model,correlation,statistic,pairs,value,low,high\n/);
  });

  test("says how to train a model that shares nothing where there is none", async () => {
    writeResults(out, lossOf, [...SET, "models=[omoe, mmoe]"]);
    const { code, stdout, stderr } = await seesaw();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      `mmoe: ${out} has no model that shares nothing; give --against one of omoe, mmoe, or train one with: mmoe sweep ${out}/config.yaml --models single-task --out ${out}\n`,
    );
  });

  test("names no engine in what trains more of a sweep: the default one trains all of it", async () => {
    writeResults(out, lossOf, [...SET, "models=[omoe, mmoe]", "method=[sum, pcgrad]"]);
    expect((await seesaw()).stderr).toContain(`/config.yaml --models single-task --out ${out}\n`);
  });

  test("refuses a model that the sweep lacks, with the nearest", async () => {
    writeResults(out, lossOf, [...SET, "models=[single-task, mmoe]"]);
    const { code, stderr } = await seesaw("--against", "single-tsk");
    expect([code, stderr]).toEqual([2, `mmoe: --against: ${out} has no single-tsk; did you mean 'single-task'?\n`]);
  });

  test("says what to train where no run has a pair", async () => {
    writeResults(out, (run) => (run.model.name === "mmoe" ? "missing" : lossOf(run)), [
      ...SET,
      "models=[single-task, mmoe]",
    ]);
    const { code, stderr } = await seesaw();
    expect(code).toBe(2);
    expect(stderr).toContain("no run is done both of single-task and of another model; train them with: mmoe sweep ");
  });

  test("names a model to train where the sweep has no other", async () => {
    writeResults(out, lossOf, [...SET, "models=[single-task]"]);
    const { code, stderr } = await seesaw();
    expect(code).toBe(2);
    expect(stderr).toContain(`has no other model than single-task; train one with: mmoe sweep ${out}/config.yaml`);
  });
});
