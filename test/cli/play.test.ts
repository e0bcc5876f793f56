import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
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
    const file = configFile("correlations: [0.9, 1]\nlr: 0.001\nmodels: [mmoe, cross-stitch, omoe]\nevalEvery: log:20");
    const serving = await serveBy("play", file);
    expect(new URL(serving.address).hash).toBe("#p=0.9&models=mmoe,omoe&lr=0.001&every=log:20");
    expect(serving.notes()).toContain("the page begins with mmoe, omoe");
    await serving.stop();
  });

  test.each([
    ["loss: huber", 'loss: the playground trains only "squared"'],
    ["method: pcgrad", 'method: the playground trains only "sum"'],
    ["tasks: 6", "tasks: the playground does not train 6"],
    ["models: [snr-trans]", "models: the playground has none of snr-trans"],
    ["lr: [0.01, 0.001]", "lr: the playground does not train [0.01,0.001]"],
  ])("refuses a config with %s", async (text, words) => {
    const file = configFile(text);
    const { code, stderr } = await runMain(["play", file]);
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringContaining(`${file}: ${words}`)]);
  });
});
