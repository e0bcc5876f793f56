import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configYaml } from "../../src/config/write.ts";
import { provenanceOf } from "../../src/records/provenance.ts";
import { ResultsFolder } from "../../src/records/results-folder.ts";
import { temporaryFolder } from "../support/effects.ts";

/** Called once, as the config is about to get its name: by a link or by a rename. */
const meanwhile = vi.hoisted(() => ({ happens: () => {}, noLinks: false, linkError: "EPERM" }));
vi.mock("node:fs", async (original) => {
  const actual = await original<typeof import("node:fs")>();
  const after = (naming: (from: string, to: string) => void) => (from: string, to: string) => {
    const { happens } = meanwhile;
    meanwhile.happens = () => {};
    happens();
    naming(from, to);
  };
  const linkSync = (from: string, to: string) => {
    const code = meanwhile.linkError;
    if (meanwhile.noLinks) throw Object.assign(new Error(code), { code, errno: -1, syscall: "link" });
    actual.linkSync(from, to);
  };
  return { ...actual, linkSync: after(linkSync), renameSync: after(actual.renameSync) };
});

const config = loadConfig("smoke");
const engine = { name: "fake", device: "none" };
const provenance = provenanceOf({ argv: ["sweep"], config, engine, shard: null });

/** A new folder into which another process puts `other` at the last moment. */
function begun(other: Config): { begin: () => ResultsFolder; text: () => string } {
  const path = join(temporaryFolder(), "results");
  mkdirSync(path);
  meanwhile.happens = () => writeFileSync(join(path, "config.yaml"), configYaml(other));
  const options = { provenance, long: false, overwrite: false, shard: { index: 1, count: 2 } };
  return {
    begin: () => new ResultsFolder(path, config, options),
    text: () => readFileSync(join(path, "config.yaml"), "utf8"),
  };
}

beforeEach(() => {
  meanwhile.noLinks = false;
  meanwhile.linkError = "EPERM";
});

test.each([false, true])("of two sweeps that begin together one is refused (no links: %s)", (noLinks) => {
  meanwhile.noLinks = noLinks;
  const other = loadConfig("smoke", [setOverride("seed=7")]);
  const { begin, text } = begun(other);
  expect(begin).toThrow(/holds a sweep of another config \(seed: 7 there, 0 here\); give another --out/);
  expect(text()).toBe(configYaml(other));
});

test("two parts of one sweep that begin together have the runs of both", () => {
  const other = loadConfig("smoke", [setOverride("runs=77")]);
  const { begin, text } = begun(other);
  begin().close();
  expect(text()).toBe(configYaml(other)); // its 77 runs are no preset's: they have no mark
});

test("a config that can't be put into the folder, for another reason than missing links, is an error", () => {
  meanwhile.noLinks = true;
  meanwhile.linkError = "EIO";
  const { begin } = begun(config);
  meanwhile.happens = () => {};
  expect(begin).toThrow(/can't be written/);
});
