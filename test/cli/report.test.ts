import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { chosenEngine } from "../support/chosen-engine.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

let out = "";
beforeEach(async () => {
  out = join(temporaryFolder(), "results");
  engine.load = () => fakeEngine({ failing: ["mmoe/p=1.00/001"] });
  await runMain(["sweep", "smoke", "--models", "mmoe,omoe", "--runs", "2", "--out", out]);
});

describe("mmoe report DIR", () => {
  test("writes the page into the folder, says where, and leaves nothing else", async () => {
    const before = readdirSync(out);
    expect(await runMain(["report", out])).toMatchObject({ code: 0, stdout: `${out}/report.html\n`, stderr: "" });
    expect(readdirSync(out).sort()).toEqual([...before, "report.html"].sort());
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("mmoe/p=1.00/001");
  });

  test("replaces a report, but no other file unless --overwrite is given", async () => {
    const file = join(out, "..", "page.html");
    writeFileSync(file, '<!doctype html>\n<html lang="en">\nsomebody else\'s');
    expect(await runMain(["report", out, "-o", file])).toMatchObject({
      code: 2,
      stderr: `mmoe: ${file} exists and is not a report of mmoe; give another -o, or --overwrite\n`,
    });
    expect(readFileSync(file, "utf8")).toContain("somebody else's");
    expect(await runMain(["report", out, "-o", file, "--overwrite"])).toMatchObject({ code: 0 });
    expect(await runMain(["report", out, "-o", file])).toMatchObject({ code: 0 });
  });

  test.each(["heldout", "running"])("--loss %s shows that loss first", async (loss) => {
    await runMain(["report", out, "--loss", loss]);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain(`id="show-${loss}" checked`);
    expect(await runMain(["report", out, "--loss", "test"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--loss: expected one of train, heldout, running, got 'test'"),
    });
  });

  test("refuses a folder without a sweep, and a sweep of which no run has ended, by one line", async () => {
    const empty = temporaryFolder();
    expect(await runMain(["report", empty])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("holds no sweep"),
    });
    const begun = join(empty, "begun");
    mkdirSync(begun);
    writeFileSync(join(begun, "config.yaml"), readFileSync(join(out, "config.yaml")));
    const { code, stderr } = await runMain(["report", begun]);
    expect([code, stderr.trim().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toContain("holds no run that has ended");
    expect(existsSync(join(begun, "report.html"))).toBe(false);
  });

  test("leaves out what stands beside a journal and is no provenance, and says so", async () => {
    writeFileSync(join(out, "journal", "foreign.provenance.json"), '{"start": 7}');
    const { code, stderr } = await runMain(["report", out]);
    expect([code, stderr]).toEqual([0, `${out}/journal/foreign.provenance.json: not readable; left out\n`]);
  });

  test("refuses a place that can't be written to", async () => {
    const { code, stderr } = await runMain(["report", out, "-o", join(out, "nowhere", "report.html")]);
    expect([code, stderr]).toEqual([
      2,
      `mmoe: ${out}/nowhere/report.html: can't be written: no such file or directory; give another -o\n`,
    ]);
    expect(await runMain(["report", out, "-o", out])).toMatchObject({
      code: 2,
      stderr: `mmoe: ${out} is a folder; give a file with -o\n`,
    });
  });

  test("of several folders writes one page where -o says, and follows none", async () => {
    const [other, file] = [join(out, "..", "other"), join(out, "..", "both.html")];
    await runMain(["sweep", "smoke", "--models", "mmoe", "--runs", "2", "--set", "lr=0.001,0.1", "--out", other]);
    expect(await runMain(["report", out, other])).toMatchObject({
      code: 2,
      stderr: "mmoe: a page of several sweeps is in the folder of none; give its file, such as -o both.html\n",
    });
    expect(await runMain(["report", out, other, "-o", file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${other}: there are several points (lr: 0.001, 0.1); choose one`),
    });
    expect(await runMain(["report", out, other, "--at", "lr=0.1", "-o", file])).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toContain("MMoE (other)");
    expect(await runMain(["report", out, other, "--at", "lr=0.1,rate=3", "-o", file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--at: unknown setting 'rate'"),
    });
    expect(await runMain(["report", out, other, "--serve"])).toMatchObject({
      code: 2,
      stderr: `mmoe: --serve follows one sweep; leave ${other} out\n`,
    });
  });
});
