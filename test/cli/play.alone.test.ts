import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EXIT } from "../../src/cli/command.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";
import { serveBy } from "../support/serving.ts";

/** A config in a file, by its text. */
function configFile(text: string): string {
  const file = join(temporaryFolder(), "mine.yaml");
  writeFileSync(file, `extends: paper\n${text}\n`);
  return file;
}

describe("mmoe play", () => {
  test("serves the built page behind a token until Ctrl-C, with the page's own policy, which allows no inline code", async () => {
    const serving = await serveBy("play");
    expect(serving.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    const answer = await fetch(serving.address);
    const html = await answer.text();
    const policy = answer.headers.get("content-security-policy") as string;
    expect(html).toContain(policy.replace("; frame-ancestors 'none'", ""));
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-/);
    expect(policy).not.toContain("unsafe-inline");
    expect((await fetch(new URL("/", serving.address))).status).toBe(404);
    expect(await serving.stop()).toBe(EXIT.done);
  });

  test("begins with a config's settings, which the address says", async () => {
    const file = configFile(
      "correlations: [0.9, 1]\nlr: 0.001\nmodels: [mmoe, {name: wide, like: mmoe}, omoe]\nevalEvery: log:20",
    );
    const serving = await serveBy("play", file);
    expect(new URL(serving.address).hash).toBe("#p=0.9&models=mmoe,omoe&lr=0.001&every=log:20");
    expect(serving.notes()).toContain("the page begins with mmoe, omoe");
    await serving.stop();
  });

  test.each([
    ["loss: huber", 'loss: the playground trains only "squared"'],
    ["method: pcgrad", 'method: the playground trains only "sum"'],
    ["labelled: 0.5", 'labelled: the playground trains only "all"'],
    ["tasks: 6", "tasks: the playground does not train 6"],
    ["models: [{name: wide, like: mmoe}]", "models: the playground has none of wide"],
    ["lr: [0.01, 0.001]", "lr: the playground does not train [0.01,0.001]"],
  ])("refuses a config with %s", async (text, words) => {
    const file = configFile(text);
    expect(refusal(await runMain(["play", file]))).toContain(`${file}: ${words}`);
  });
});

const { PATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});

let [out, programs] = ["", ""];
beforeEach(() => {
  [out, programs] = [join(temporaryFolder(), "results"), temporaryFolder()];
  writeResults(out, () => 0.5, ["runs=2", "models=mmoe", "correlations=0.5"]);
});

/** Runs `mmoe report --open` where an opener, or none, is all that can be started. */
async function opening(opener?: string) {
  if (opener !== undefined) writeFileSync(join(programs, "xdg-open"), `#!/bin/sh\n${opener}\n`, { mode: 0o755 });
  process.env.PATH = programs;
  return await runMain(["report", out, "--open"]);
}

describe.skipIf(process.platform !== "linux")("mmoe report --open", () => {
  test("opens the file that it has written", async () => {
    const outcome = await opening(`echo "$1" > ${programs}/opened`);
    expect(outcome).toEqual({ code: 0, stdout: `${out}/report.html\n`, stderr: "" });
    expect(readFileSync(join(programs, "opened"), "utf8")).toBe(`${out}/report.html\n`);
  });

  test.each([
    ["there is none", undefined, "does not start"],
    ["it fails", "exit 3", "ended with 3"],
  ])("says what to open where %s", async (_, opener, words) => {
    const { code, stderr } = await opening(opener);
    expect(code).toBe(0);
    expect(stderr).toBe(`can't open a browser: xdg-open ${words}; open ${out}/report.html yourself\n`);
  });
});
