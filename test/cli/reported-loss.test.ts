import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { claims, figures, readResults, summarise } from "../../src/index.ts";
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

  test("is followed by mmoe figures, by the names of its files and their axes, and by mmoe report", async () => {
    const out = join(root, "figures");
    await runMain(["figures", folderOf("running"), "--only", "4", "-o", out]);
    expect(readdirSync(out)).toContain("figure4-running.svg");
    expect(readFileSync(join(out, "figure4-running.txt"), "utf8")).toContain("running mean");
    await runMain(["figures", folderOf("running"), "--only", "4", "-o", out, "--loss", "heldout"]);
    expect(readdirSync(out)).toContain("figure4-heldout.svg");
    const page = join(root, "report.html");
    await runMain(["report", folderOf("running"), "-o", page]);
    expect(readFileSync(page, "utf8")).toContain('<input type="radio" name="loss" id="show-running" checked');
  });

  test("is followed by functions of the package", async () => {
    const results = await readResults(folderOf("running"));
    expect(summarise(results).loss).toBe("running");
    expect(claims(results)).toEqual(claims(results, { loss: "running" }));
    expect(claims(results)).not.toEqual(claims(results, { loss: "train" }));
    expect(figures(results, { only: ["figure4"] })).toEqual(figures(results, { only: ["figure4"], loss: "running" }));
  });
});

test.each([
  ["train", /training +median +held-out +median$/m],
  ["heldout", /training +median +held-out +median$/m],
  ["running", /running mean +median +held-out +median$/m],
])(
  "a table of two losses has, where the config reports %s, that one and the held-out loss",
  async (report, heading) => {
    const { stdout } = await runMain(["merge", folderOf(report)]);
    expect(stdout).toMatch(heading);
    expect((await runMain(["merge", folderOf(report), "--loss", "train"])).stdout).toMatch(
      /failed +training +median$/m,
    );
  },
);

test("mmoe summary --rungs, which running means can't tell, takes the training loss of such a config", async () => {
  const { stdout } = await runMain(["summary", folderOf("running"), "--rungs"]);
  expect(stdout).toMatch(/^loss on training rows after the last step/m);
  expect((await runMain(["summary", folderOf("running"), "--rungs", "--loss", "running"])).code).toBe(2);
});

test("mmoe sweep stores another report into a folder that is whole, and trains nothing", async () => {
  const config = join(folderOf("train"), "config.yaml");
  const argv = ["sweep", config, "--set", "report=heldout", "--out", folderOf("train"), "--engine", "cpu"];
  expect((await runMain(argv)).stderr).toContain("to do 0 runs");
  expect(readFileSync(config, "utf8")).toMatch(/^report: heldout$/m);
});

test("a table of two losses leaves out columns on a narrow terminal: failed runs where there are none, then medians", async () => {
  const at = async (columns: number) => {
    const { stdout } = await runMain(["merge", folderOf("running")], undefined, {}, { isTTY: true, columns });
    return stdout
      .split("\n")
      .slice(0, 2)
      .concat(stdout.match(/^loss after.*$/m) ?? []);
  };
  const wide = await at(80);
  expect(wide[0]).toMatch(/^model +p +runs +failed +running mean +median +held-out +median$/);
  expect((await at((wide[0]?.length ?? 0) - 1))[0]).toMatch(/^model +p +runs +running mean +median +held-out +median$/);
  const narrow = await at(60);
  expect(narrow[0]).toMatch(/^model +p +runs +running mean +held-out$/);
  expect(narrow[2]).toMatch(/^loss after the last step: mean±standard error; /);
});
