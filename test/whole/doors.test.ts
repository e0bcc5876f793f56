import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BIN } from "../support/bin.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

/** The built command line in a process that is given a minute. */
function ended(...argv: string[]): { code: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...argv], { timeout: 60_000, encoding: "utf8" });
  return { code: status, stderr };
}

function pipeAt(path: string): string {
  execFileSync("mkfifo", [path]);
  return path;
}

function fileOf(text: string, name = "sweep.yaml"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** A results folder of a small sweep. */
function results(): string {
  const folder = temporaryFolder();
  writeResults(folder, () => 0.5, ["runs=2", "correlations=[0.5]", "models=[mmoe]"]);
  return folder;
}

const DEEP = 20_000;

describe("a config", () => {
  test.each([
    ["a pipe", () => pipeAt(join(temporaryFolder(), "pipe.yaml"))],
    ["a device", () => "/dev/zero"],
  ])("that is %s is refused at once", (_, pathOf) => {
    const path = pathOf();
    const { code, stderr } = ended("sweep", path, "--dry-run");
    const says = "can't be read: it is a device, pipe or socket";
    expect([code, stderr]).toEqual([2, expect.stringContaining(`mmoe: ${path}: ${says}`)]);
  });

  test.each([
    ["an alias without an anchor", "name: *nowhere\n", "Unresolved alias"],
    ["an alias within its own anchor", "models: &a [*a]\n", "an alias within its own anchor"],
    ["a map within itself", "a: &a\n  b: *a\n", "an alias within its own anchor"],
    [
      "aliases of aliases",
      `a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: &d [*c, *c, *c, *c]\ne: [*d, *d]\n`,
      "Excessive alias count",
    ],
    ["more than a megabyte", `# ${"x".repeat(1_000_000)}\n`, "too large: 1000003 bytes"],
    ["lists in lists without end", "[".repeat(DEEP) + "]".repeat(DEEP), "nested too deep"],
  ])("with %s is refused in one line", async (_, text, says) => {
    const path = fileOf(text);
    const { code, stdout, stderr } = await runMain(["sweep", path, "--dry-run"]);
    expect([code, stdout, stderr.split("\n")]).toEqual([2, "", [expect.stringContaining(says), ""]]);
    expect(stderr).toContain(`mmoe: ${path}:`);
  });

  test("may have aliases that are no circle", async () => {
    const smoke = readFileSync("configs/smoke.yaml", "utf8")
      .replace(/^runs: \d+/m, "runs: &n 2")
      .replace(/^batch: \d+/m, "batch: *n");
    const { code, stdout } = await runMain(["sweep", fileOf(smoke), "--dry-run", "--out", "/tmp/none"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^batch +2 /m)]);
  });
});

describe("mmoe sweep", () => {
  test.each([
    [
      ["--set", "models=&a [*a]"],
      '--set models: expected a list of models, at least one, without duplicates, got "&a [*a]"',
    ],
    [["--set", "runs=*nowhere"], '--set runs: expected a whole number from 1 to 2147483647, got "*nowhere"'],
    [["--corr", "0x1"], '--corr: expected a number from -1 to 1, got "0x1"'],
    [["--corr", "0o1"], '--corr: expected a number from -1 to 1, got "0o1"'],
    [["--set", "lr=0x1"], '--set lr: expected a number above 0, got "0x1"'],
    [["--jobs", "2147483647"], "--jobs: expected a whole number from 1 to 1024, got '2147483647'"],
    [["--out", ""], "--out: expected a path, got ''"],
  ])("%j is refused in one line", async (argv, says) => {
    expect(refusal(await runMain(["sweep", "smoke", "--dry-run", ...argv]))).toBe(says);
  });

  test("takes plain numbers with an exponent", async () => {
    const argv = "sweep smoke --dry-run --corr 1e0,-5E-1 --out /tmp/none".split(" ");
    const { code, stdout } = await runMain(argv);
    expect([code, stdout]).toEqual([0, expect.stringContaining("-0.50")]);
  });

  test.each([
    "null",
    "7",
    "{}",
    '{"pid":0,"host":"HOST","began":null,"since":"2026-01-01T00:00:00.000Z","shard":null}',
    '{"pid":-1,"host":"HOST","began":null,"since":"2026-01-01T00:00:00.000Z","shard":null}',
    '{"pid":1,"host":"HOST","began":null,"since":"yesterday","shard":7}',
  ])("takes no lock of %s for that of a process", async (text) => {
    const folder = results();
    writeFileSync(join(folder, "journal", "x.lock"), text.replace("HOST", hostname()));
    const argv = ["sweep", join(folder, "config.yaml"), "--out", folder, "--runs", "2"];
    expect(await runMain(argv)).toMatchObject({ code: 0 });
    expect((await runMain(["status", folder])).code).toBe(0);
  });
});

describe("a results folder in which a journal", () => {
  test("is a pipe is refused by all that read it", () => {
    const folder = results();
    const path = pipeAt(join(folder, "journal", "x.jsonl"));
    const says = "can't be read: it is a device, pipe or socket, not a file";
    for (const command of ["status", "merge"]) {
      expect(ended(command, folder)).toEqual({ code: 2, stderr: `mmoe: ${path}: ${says}\n` });
    }
  });

  test("has a pipe for a provenance is read without that", () => {
    const folder = results();
    const path = pipeAt(join(folder, "journal", "made.provenance.json"));
    expect(ended("summary", folder)).toEqual({ code: 0, stderr: `${path}: not readable; left out\n` });
  });
});
