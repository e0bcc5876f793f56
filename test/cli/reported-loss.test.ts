import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

const root = temporaryFolder();
/** Folders of the same runs, whose configs report each loss. Made-up held-out losses are a tenth higher. */
const folderOf = (report: string) => join(root, report);
const grid = join(root, "grid");
const MODELS = "models=[single-task, shared-bottom, omoe, mmoe]";

beforeAll(() => {
  const lossOf = () => 0.5;
  for (const report of ["train", "heldout", "running"])
    writeResults(folderOf(report), lossOf, ["runs=2", MODELS, `report=${report}`]);
  writeResults(grid, lossOf, ["runs=2", "models=[mmoe]", "lr=[0.1, 0.01]", "report=running"]);
});

describe("a config that reports the running mean", () => {
  test.each([
    ["summary", [folderOf("running")]],
    ["claims", [folderOf("running")]],
    ["summary --seesaw", [folderOf("running")]],
    ["compare", [folderOf("running"), folderOf("train")]],
    ["tune", [grid, "-o", join(root, "tuned.yaml"), "--overwrite"]],
  ])("is followed by mmoe %s, which says so, unless --loss says otherwise", async (command, argv) => {
    const lossOf = async (...more: string[]) =>
      JSON.parse((await runMain([...command.split(" "), ...argv, "--json", ...more])).stdout).loss;
    expect([await lossOf(), await lossOf("--loss", "train")]).toEqual(["running", "train"]);
    const { stdout } = await runMain([...command.split(" "), ...argv]);
    expect(stdout).toMatch(/^running mean of the loss after the last step/m);
  });
});

test("mmoe sweep stores another report into a folder that is whole, and trains nothing", async () => {
  const config = join(folderOf("train"), "config.yaml");
  const argv = ["sweep", config, "--set", "report=heldout", "--out", folderOf("train"), "--engine", "cpu"];
  expect((await runMain(argv)).stderr).toContain("to do 0 runs");
  expect(readFileSync(config, "utf8")).toMatch(/^report: heldout$/m);
});
