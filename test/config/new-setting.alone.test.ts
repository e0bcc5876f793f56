import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { FILE_SCHEMA } from "../../src/config/schema.ts";
import { configYaml } from "../../src/config/write.ts";
import { defaultFolder } from "../../src/records/find-results.ts";
import { unpacked } from "../../src/records/packed-journal.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";

/** The program as it is once it has one more setting. */
vi.mock("../../src/config/settings.ts", async (original) => {
  const settings = await original<typeof import("../../src/config/settings.ts")>();
  const { EVERYWHERE, setting } = await import("../../src/config/settings.ts");
  const lookahead = setting(z.number().min(0).describe("a number from 0"), {
    default: 0,
    mark: "assumed",
    hash: "trained",
    grid: true,
    paths: EVERYWHERE,
  });
  return { ...settings, SETTINGS: { ...settings.SETTINGS, lookahead } };
});

/** Stored before there was the setting. */
const FOLDER = "results/methods-single";
const OLD = join(FOLDER, "config.yaml");
const old = () => loadConfig(OLD);

test("a new setting is part of configs and their files; another value of it is another sweep", () => {
  expect(old()).toMatchObject({ lookahead: 0, origins: { lookahead: "assumed" } });
  expect(Object.keys(FILE_SCHEMA.shape)).toContain("lookahead");
  expect(readFileSync(OLD, "utf8")).not.toContain("lookahead");
  expect(configYaml(loadConfig(OLD))).toMatch(/^version: 1\n(.*\n)*lookahead: 0\n/);
  const decayed = loadConfig(OLD, [setOverride("lookahead=0.1")]);
  expect(trainedHash(decayed)).not.toBe(trainedHash(loadConfig(OLD)));
});

test("a new setting leaves the hash, and so the folder's name, of every sweep from before", () => {
  const journal = readdirSync(join(FOLDER, "journal")).find((file) => file.endsWith(".packed")) as string;
  const lines = unpacked(readFileSync(join(FOLDER, "journal", journal))).toString("utf8", 0, 200);
  expect(trainedHash(old())).toBe(JSON.parse(lines.split("\n")[0]).trained);
  expect(defaultFolder(loadConfig(OLD))).toBe("results/methods-tuned-30a33239");
});

test("folders from before a new setting are read, compared, merged and gone on with", async () => {
  const out = join(temporaryFolder(), "results");
  cpSync(FOLDER, out, { recursive: true });
  const config = readFileSync(join(out, "config.yaml"), "utf8");
  for (const argv of [
    ["summary", out],
    ["status", out],
    ["compare", out, FOLDER],
    ["merge", out],
    ["sweep", join(out, "config.yaml"), "--out", out, "--engine", "cpu"],
  ]) {
    const { code, stderr } = await runMain(argv);
    expect([argv[0], code, stderr]).toEqual([
      argv[0],
      0,
      argv[0] === "sweep" ? expect.stringContaining("reused 60, to do 0 runs") : "",
    ]);
  }
  expect(readFileSync(join(out, "config.yaml"), "utf8")).toBe(config);
});

test("a sweep with a new setting's value is refused in a folder from before, by the setting", async () => {
  const out = join(temporaryFolder(), "results");
  cpSync(FOLDER, out, { recursive: true });
  expect(refusal(await runMain(["sweep", OLD, "--set", "lookahead=0.1", "--out", out]))).toContain(
    "(lookahead: 0 there, 0.1 here)",
  );
});
