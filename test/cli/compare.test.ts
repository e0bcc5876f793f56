import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

let root = "";
beforeEach(() => {
  root = temporaryFolder();
});

/** The results folder of a sweep of one cell whose runs end as told. */
function made(name: string, lossOf: LossOf, ...set: string[]): string {
  writeResults(join(root, name), lossOf, ["models=[mmoe]", "correlations=[1]", "runs=24", ...set]);
  return join(root, name);
}

const inTurn: LossOf = ({ index }) => 0.1 + 0.01 * (index % 3);
const higher: LossOf = ({ index }) => 0.15 + 0.01 * (index % 4);

describe("mmoe compare A B", () => {
  test("of the same losses says so and exits with 0", async () => {
    const [a, b] = [made("a", inTurn), made("b", inTurn)];
    const stdout = printed(await runMain(["compare", a, b]));
    expect(stdout).toContain(`A: ${a} (fake, none)\nB: ${b} (fake, none)\n`);
    expect(stdout).toContain("loss on training rows after the last step, B minus A by run\n");
    expect(stdout).toContain("mmoe   1.00     24     24  0.1100  0.0000 [0.0000, 0.0000]  same\n");
    expect(stdout).toContain(
      "B is not found worse; cells: 1 the same, 0 better, 0 worse by more than 0, 0\nundecided\n",
    );
  });

  test("of higher losses exits with 4, unless the tolerance takes it", async () => {
    const [a, b] = [made("a", inTurn), made("b", higher, "lr=0.001")];
    const { code, stdout } = await runMain(["compare", a, b]);
    expect(code).toBe(4);
    expect(stdout).toContain("settings that differ: lr: 0.01 in A, 0.001 in B\n");
    expect(stdout).toMatch(/\nmmoe {3}1\.00 {5}24 {6}0 {2}0\.1100 {2}0\.0550 \[0\.04\d\d, 0\.06\d\d\] {2}worse\n/);
    expect((await runMain(["compare", a, b, "--tolerance", "0.1"])).code).toBe(0);
    expect((await runMain(["compare", b, a])).code).toBe(0);
  });

  test.each([
    [3, "0.1100  0.0500 (3 runs)  undecided\n", true],
    [20, "]  worse\n", false],
  ])("of %i pairs ends with '%s', and says where pairs are too few", async (runs, verdict, isShort) => {
    const [a, b] = [made("a", inTurn, `runs=${runs}`), made("b", higher, `runs=${runs}`)];
    const { stdout } = await runMain(["compare", a, b]);
    expect(stdout).toContain(verdict);
    expect(stdout.includes("\nundecided: fewer than 20 pairs decide nothing\n")).toBe(isShort);
  });

  test("names what is not in both, and exits with 4 where a run fails in B only", async () => {
    const a = made("a", inTurn);
    const b = made("b", (run) => (run.index === 4 ? "failed" : run.index > 20 ? "missing" : inTurn(run)));
    const { code, stdout } = await runMain(["compare", a, b]);
    expect(code).toBe(4);
    expect(stdout).toContain("done in A only: mmoe/p=1.00/021, mmoe/p=1.00/022, mmoe/p=1.00/023\n");
    expect(stdout).toContain("done in A, failed in B: mmoe/p=1.00/004\n");
    expect(stdout).toMatch(/^B is worse; cells: 1 the same, .*;\nruns that fail in B only: 1\n/m);
  });

  test("refuses folders without a run in common", async () => {
    const [a, b] = [made("a", inTurn), made("b", inTurn, "correlations=[0.5]")];
    expect(refusal(await runMain(["compare", a, b]))).toBe(
      `${a} and ${b} have no finished run in common; nothing to compare`,
    );
  });

  test.each([
    [["a", "--tolerance", "-1"], /^--tolerance: expected a number of at least 0, got '-1'$/],
    [["nowhere"], /nowhere: no such folder; give a results folder of mmoe sweep$/],
  ])("refuses %j in one line", async ([b = "", ...argv], line) => {
    expect(refusal(await runMain(["compare", made("a", inTurn), join(root, b), ...argv]))).toMatch(line);
  });
});
