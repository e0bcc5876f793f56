import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { chosenEngine } from "../support/chosen-engine.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
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
    expect(refusal(await runMain(["report", out, "-o", file]))).toBe(
      `${file} exists and is not a report of mmoe; give another -o, or --overwrite`,
    );
    expect(readFileSync(file, "utf8")).toContain("somebody else's");
    expect(await runMain(["report", out, "-o", file, "--overwrite"])).toMatchObject({ code: 0 });
    expect(await runMain(["report", out, "-o", file])).toMatchObject({ code: 0 });
  });

  test("refuses a place that can't be written to", async () => {
    expect(refusal(await runMain(["report", out, "-o", join(out, "nowhere", "report.html")]))).toBe(
      `${out}/nowhere/report.html: can't be written: no such file or directory; give another -o`,
    );
    expect(refusal(await runMain(["report", out, "-o", out]))).toBe(`${out} is a folder; give a file with -o`);
  });

  test("of several folders writes one page where -o says, and follows none", async () => {
    const [other, file] = [join(out, "..", "other"), join(out, "..", "both.html")];
    await runMain(["sweep", "smoke", "--models", "mmoe", "--runs", "2", "--set", "lr=0.001,0.1", "--out", other]);
    expect(refusal(await runMain(["report", out, other]))).toBe(
      "a page of several sweeps is in the folder of none; give its file, such as -o both.html",
    );
    expect(refusal(await runMain(["report", out, other, "-o", file]))).toContain(
      `${other}: there are several points (lr: 0.001, 0.1); choose one`,
    );
    expect(await runMain(["report", out, other, "--at", "lr=0.1", "-o", file])).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toContain("MMoE (other)");
    expect(refusal(await runMain(["report", out, other, "--at", "lr=0.1,rate=3", "-o", file]))).toContain(
      "--at: unknown setting 'rate'",
    );
    expect(refusal(await runMain(["report", out, other, "--serve"]))).toBe(
      `--serve follows one sweep; leave ${other} out`,
    );
  });
});
