import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { csvRows } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, likeThePaper, writeResults } from "../support/made-results.ts";

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});

const claims = (...argv: string[]) => runMain(["claims", out, ...argv]);

describe("mmoe claims DIR", () => {
  test("gives a verdict on each claim in 80 columns, and its reason", async () => {
    writeResults(out, likeThePaper, ["runs=30"]);
    const { code, stdout, stderr } = await claims();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n", 2)).toEqual([
      out,
      "loss on training rows after the last step (others: --loss heldout or running)",
    ]);
    expect(stdout).toContain("\n5.1-3  holds          both mixtures beat Shared-Bottom at every correlation on\n");
    expect(stdout).toContain("\n5.2-3  undecided      the lowest losses of the three models are comparable\n");
    expect(stdout).toContain("too few runs: 30 in all of its cells, 100 are needed\n");
    expect(stdout).toMatch(/\n3.3 {4}not covered .*\n.*the sweep lacks shared-bottom-16 at 0\.5, 0\.9 and 1\n/);
    expect(stdout).toContain("\n\ntrain what 3.3 lacks with:\nmmoe sweep figure3\n\nholds: ");
    expect(stdout).toMatch(/\nholds: \d, does not hold: 0, undecided: \d, not covered: 1\n$/);
    const long = stdout.split("\n").filter((line) => line.length > 80 && !line.includes(out));
    expect(long).toEqual([]);
  });

  test.each([[[]], [["--format", "markdown"]]])(
    "names what trains missing cells once, for all claims: %s",
    async (format) => {
      writeResults(out, likeThePaper, ["runs=3", "correlations=[0.5]"]);
      const { stdout } = await claims(...format);
      const command = `mmoe sweep ${out}/config.yaml --corr 0.5,0.9,1 --models shared-bottom,omoe,mmoe --out ${out}`;
      expect(stdout.split(command)).toHaveLength(2);
      expect(stdout).toContain("train what 5.1-1, 5.1-2, 5.1-3, 5.2-1, 5.2-2 and 5.2-3 lack with:\n");
      expect(stdout).toContain("train what 3.3 lacks with:\n");
    },
  );

  test("says of short runs that they can't be compared with the paper's", async () => {
    const short = "\nruns of 9,999 steps are too short to be compared with the paper's, which have\n10,000 or more\n\n";
    writeResults(out, likeThePaper, ["runs=3", "steps=9999", "evalEvery=9999"]);
    expect((await claims()).stdout).toContain(short);
    rmSync(out, { recursive: true });
    writeResults(out, likeThePaper, ["runs=3", "steps=10000"]);
    expect((await claims()).stdout).not.toContain("too short");
  });

  test("exits with 4 where a claim does not hold", async () => {
    writeResults(out, (run) => 0.2 + 0.001 * (run.index % 7), ["runs=30"]);
    const { code, stdout } = await claims();
    expect(code).toBe(4);
    expect(stdout).toContain("5.2-1  does not hold");
  });

  test("--parts shows every part beside the paper's own figure and where that is from", async () => {
    writeResults(out, likeThePaper, ["runs=30"]);
    const { stdout } = await claims("--parts");
    expect(stdout).toMatch(/\nomoe's loss to mmoe's at 1 +1\.\d\d \[.*\] {2}0\.75 to 1\.33 +1\.12 +30 {2}\w+\n/);
    expect(stdout).toContain("\npaper: read off Figure 4\nmargins (assumed): 'much smaller' is less than half;");
  });

  test("--json has every claim, with null for what is not there", async () => {
    writeResults(out, likeThePaper, ["runs=30", "correlations=[0.5,1]"]);
    const { loss, claims: all } = JSON.parse((await claims("--json", "--loss", "heldout")).stdout);
    expect([loss, all.length]).toEqual(["heldout", 7]);
    expect(all[1].parts[0]).toMatchObject({ bound: { low: 0, high: null }, paper: { mark: "read off" }, runs: 30 });
    expect(all[0]).toMatchObject({ verdict: "not covered", deciding: null });
  });

  test("--format csv has a row for each part, and one for a claim that is not covered", async () => {
    writeResults(out, likeThePaper, ["runs=30"]);
    const rows = csvRows((await claims("--format", "csv")).stdout);
    const of = (id: string) => rows.filter(({ claim }) => claim === id);
    expect(of("5.1-3")).toHaveLength(6);
    expect(of("5.1-3")[0]).toMatchObject({ loss: "train", verdict: "holds", boundLow: "0", boundHigh: "", runs: "30" });
    expect(of("3.3")).toEqual([
      expect.objectContaining({ verdict: "not covered", part: "", value: "", partVerdict: "" }),
    ]);
  });

  test("--format markdown has a table of claims and, with --parts, one for each of them", async () => {
    writeResults(out, likeThePaper, ["runs=30"]);
    const { stdout } = await claims("--format", "markdown", "--parts");
    expect(stdout).toContain("\n\n| claim | verdict | says | because |\n| --: | --- | --- | --- |\n| 5.1-1 | ");
    expect(stdout).toMatch(/\n\| 3\.3 \| not covered \| .* \|\n\n5\.1-1\n/);
    expect(stdout).toContain("\n\ntrain what 3.3 lacks with:\n\n```\nmmoe sweep figure3\n```\n\nholds: ");
    expect(stdout).toMatch(/\n\n5\.1-3\n\n\| part \| ours \[95 %\] \| expected \| paper \| runs \| verdict \|\n/);
  });

  test("colours its verdicts on a terminal", async () => {
    writeResults(out, likeThePaper, ["runs=30"]);
    const { stdout } = await runMain(["claims", out], undefined, {}, { isTTY: true, columns: 80 });
    expect(stdout).toContain("\n5.1-3  \u001b[32mholds          \u001b[39mboth mixtures beat Shared-Bottom");
    expect(stdout).toContain("\n3.3    \u001b[2mnot covered    \u001b[22m");
  });

  test("on a terminal of 60 columns wraps between words", async () => {
    writeResults(out, likeThePaper, ["runs=30"]);
    const { stdout } = await runMain(
      ["claims", out, "--parts"],
      undefined,
      { NO_COLOR: "1" },
      { isTTY: true, columns: 60 },
    );
    expect(stdout.split("\n").filter((line) => line.length > 60 && !line.includes(out))).toEqual([]);
    expect(stdout).toContain("\n5.1-3  holds          both mixtures beat Shared-Bottom at\n");
  });

  test("--loss running judges the running means", async () => {
    writeResults(out, likeThePaper, ["runs=30"]); // the batches of all models are alike
    const { stdout } = await claims("--loss", "running", "--parts");
    expect(stdout).toContain("\nrunning mean of the loss after the last step (others: --loss train or heldout)\n");
    expect(stdout).toMatch(
      /\nomoe's loss to mmoe's at 1 +1\.00 \[1\.00, 1\.00\] {2}0\.75 to 1\.33 +1\.12 +30 {2}holds\n/,
    );
    expect(stdout).not.toMatch(/\n5\.1-3 {2}holds/);
  });

  test("says how many runs are missing and which failed", async () => {
    const lossOf: LossOf = (run) => {
      if (run.index === 29) return "missing";
      return run.id === "mmoe/p=0.50/007" ? "failed" : likeThePaper(run);
    };
    writeResults(out, lossOf, ["runs=30"]);
    const { stdout } = await claims();
    expect(stdout).toContain("\n1 failed, left out of all losses: mmoe/p=0.50/007 (loss is NaN at step 7)\n");
    expect(stdout).toContain("\n9 of 270 runs are missing, so all this may change; train them with:");
  });

  test("refuses a folder in which no run has ended, and names the command that trains", async () => {
    writeResults(out, likeThePaper, ["runs=1"]);
    rmSync(join(out, "journal"), { recursive: true });
    const line = `mmoe: ${out} holds no run that has ended; train with: mmoe sweep ${out}/config.yaml --out ${out}\n`;
    expect(await claims()).toEqual({ code: 2, stdout: "", stderr: line });
  });

  test.each([
    ["a folder that is not there", () => {}, "no such folder; give a results folder of mmoe sweep"],
    ["an empty folder", () => mkdirSync(out), "holds no sweep (no config.yaml); give a results folder of mmoe sweep"],
  ])("refuses %s in one line", async (_, make, message) => {
    await make();
    const { code, stdout, stderr } = await claims();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.split("\n")).toEqual([expect.stringContaining(message), ""]);
  });

  test("refuses another loss by name", async () => {
    writeResults(out, likeThePaper, ["runs=1"]);
    expect(await claims("--loss", "test")).toMatchObject({
      code: 2,
      stderr: "mmoe: --loss: expected one of train, heldout, running, got 'test'; did you mean 'heldout'?\n",
    });
  });
});
