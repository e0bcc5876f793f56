// Every command that shows or writes numbers of a sweep says how many of its runs are missing.
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { likeThePaper, writeResults } from "../support/made-results.ts";

const root = temporaryFolder();
const [whole, part] = [join(root, "whole"), join(root, "part")];
const SWEEP = ["runs=3", "models=[shared-bottom, mmoe]", "correlations=[0.5, 1]", "lr=[0.001, 0.01]"];
const AT = ["--at", "lr=0.01"];

beforeAll(() => {
  writeResults(whole, likeThePaper, SWEEP);
  writeResults(part, (run) => (run.index === 2 && run.correlation === 1 ? "missing" : likeThePaper(run)), SWEEP);
});

/** Those that show nothing of finished runs, or only of those that they train again. */
const OTHERS = [
  "sweep",
  "init",
  "verify",
  "play",
  "slurm",
  "k8s",
  "data",
  "cuda",
  "doctor",
  "predict",
  "models",
  "completion",
];

/** Those that take no sweep of several values: a test of their own. */
const OF_ONE_VALUE = ["regimes"];

/** The words after a folder, for each way in which a command shows its numbers. */
const WAYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  status: [[], ["--json"]],
  merge: [[], ["--json"]],
  summary: [
    "",
    "--csv",
    "--json",
    "--format=markdown",
    "--format=latex",
    "--cost",
    "--full",
    "--plan=0.1",
    "--seesaw --against=mmoe",
  ].map((words) => [...AT, ...words.split(" ")].filter((word) => word !== "")),
  compare: [
    [whole, ...AT],
    [whole, ...AT, "--csv"],
  ],
  claims: [AT, [...AT, "--csv"], [...AT, "--json"]],
  figures: [[...AT, "--only", "final-loss", "-o", join(root, "figures")]],
  tune: [[], ["--json"]],
  export: [[], ["-o", join(root, "runs.csv"), "--overwrite"], ["--what", "curves", "-o", join(root, "c.parquet")]],
  report: [
    ["-o", join(root, "one.html")],
    [whole, "-o", join(root, "two.html")],
  ],
};

test("each command is in the table, or shows no numbers of finished runs", () => {
  expect([...Object.keys(WAYS), ...OTHERS, ...OF_ONE_VALUE].sort()).toEqual(Object.keys(COMMANDS).sort());
});

describe.each(Object.entries(WAYS))("mmoe %s", (command, ways) => {
  const said = async (folder: string, way: readonly string[]) => {
    const { stdout, stderr } = await runMain([command, folder, ...way]);
    return `${stdout}${stderr}`;
  };

  test.each(ways.map((way) => [way.join(" ").replaceAll(`${root}/`, "") || "alone", way] as const))(
    "%s",
    async (_, way) => {
      const missing = way.includes(AT[1] as string) ? 2 : 4;
      expect(await said(part, way)).toMatch(
        new RegExp(`\\b${missing} (of (12|24) )?(runs )?(are )?missing|"missing": ${missing}\\b`),
      );
      expect(await said(whole, way)).not.toMatch(/[1-9]\d* (of .*)?missing/);
    },
  );
});

test("mmoe regimes FOLDER", async () => {
  const words = "sweep smoke --corr 1 --models single-task,mmoe --runs 4 --steps 5 --kernels wasm --jobs 1".split(" ");
  const said = async (name: string, ...more: string[]) => {
    await runMain([...words, ...more, "--out", join(root, name)]);
    return (await runMain(["regimes", join(root, name)])).stderr;
  };
  expect(await said("all")).toBe("");
  expect(await said("half", "--shard", "1/2")).toMatch(/half: 4 of 8 runs are missing/);
});
