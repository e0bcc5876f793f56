// Starts the built command line where somebody else's code lies.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { homePaths } from "../../src/cuda/home.ts";
import { lineOf } from "../../src/records/journal-line.ts";
import { readJournal } from "../../src/records/read-journals.ts";
import { BIN } from "../support/bin.ts";
import { touch } from "../support/commands.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

/** Tells that planted code was run. */
let ran = "";
/** Where mmoe is started, below another planted folder. */
let folder = "";
beforeEach(() => {
  const outer = temporaryFolder();
  [ran, folder] = [join(temporaryFolder(), "ran"), join(outer, "inner")];
  for (const root of [outer, folder]) {
    plantBinding(root);
    for (const module of ["venv", "ensurepip", "pip"])
      writeFileSync(join(root, `${module}.py`), `open(${JSON.stringify(ran)}, "w")\n`);
  }
});

/** A package in the node_modules of `root`, or a home, that notes when it is loaded. */
function plantBinding(root: string): string {
  const { binding, addon } = homePaths(root);
  touch(addon);
  writeFileSync(join(binding, "package.json"), '{ "name": "@tensorflow/tfjs-node-gpu", "main": "index.js" }');
  writeFileSync(join(binding, "index.js"), `require("node:fs").writeFileSync(${JSON.stringify(ran)}, "");`);
  return binding;
}

function mmoe(argv: readonly string[], env: Record<string, string> = {}) {
  const { PATH, CXX } = process.env;
  const own = { PATH, HOME: temporaryFolder(), ...(CXX ? { CXX } : {}), ...env };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
    cwd: folder,
    env: own,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const FEW = ["--runs", "1", "--steps", "5", "--models", "mmoe", "--corr", "0.5"];
const SWEEP = ["sweep", "smoke", ...FEW, "--out", "results"];
const ON_TENSORFLOW = ["--engine", "tfjs", "--backend", "tensorflow"];

describe("code in the working folder and above it is not run by", () => {
  test.each([
    [["doctor", "--engine", "cuda"], 4],
    [[...SWEEP, "--engine", "cuda", "--allow-cpu"], 2],
    [[...SWEEP, ...ON_TENSORFLOW], 2],
    [[...SWEEP, "--engine", "auto"], 0],
    [["cuda", "setup", "--cpu", "--dry-run"], 0],
  ])("%j", (argv, code) => {
    const { status, stderr } = mmoe(argv);
    expect([status, existsSync(ran), stderr]).toEqual([code, false, expect.any(String)]);
  });

  test("verify of runs that tfjs and cuda trained on TensorFlow", async () => {
    await runMain([...SWEEP, "--runs", "2", "--engine", "cpu", "--out", join(folder, "results")]);
    recordAs("tfjs", "cuda");
    const { status, stderr } = mmoe(["verify", "results"]);
    const lines = stderr.match(/^training 1 run again on cpu \(\w+; trained on tensorflow cpu\): /gm);
    expect([status, existsSync(ran), lines?.length]).toEqual([0, false, 2]);
  });

  /** Has the journal of `results` say that its runs were trained by other engines, on TensorFlow. */
  function recordAs(...engines: string[]): void {
    const journals = join(folder, "results/journal");
    const path = join(journals, readdirSync(journals).find((file) => file.endsWith(".jsonl")) as string);
    const records = [...readJournal(path, () => {})].map((record, i) => {
      return { ...record, engine: engines[i], device: "tensorflow cpu" };
    });
    const [header] = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, `${header}\n${records.map(lineOf).join("")}`);
  }
});

test("what MMOE_TFJS_NODE_GPU names is loaded", () => {
  const { status } = mmoe([...SWEEP, ...ON_TENSORFLOW], {
    MMOE_TFJS_NODE_GPU: "node_modules/@tensorflow/tfjs-node-gpu",
  });
  expect([status, existsSync(ran)]).toEqual([2, true]);
});

describe("a home that others could have changed", () => {
  let home = "";
  beforeEach(() => {
    home = temporaryFolder();
    plantBinding(home);
  });
  const inHome = (...argv: string[]) => mmoe(argv, { MMOE_CUDA_HOME: home });

  const lineOn = (path: string) =>
    `mmoe: ${join(home, path)} can be written by others, so mmoe runs nothing from it; chmod -R go-w ${home}\n`;

  test("as its binding may be written by anybody is refused in one line", () => {
    const path = "node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node";
    chmodSync(join(home, path), "646");
    expect(inHome(...SWEEP, ...ON_TENSORFLOW)).toEqual({ status: 2, stdout: "", stderr: lineOn(path) });
    expect(existsSync(ran)).toBe(false);
  });

  test("is refused by every command until only its owner may write to it, as the line says", () => {
    chmodSync(home, "775");
    for (const argv of [
      [...SWEEP, "--engine", "cuda"],
      ["cuda", "setup", "--dry-run"],
    ])
      expect(inHome(...argv)).toEqual({ status: 2, stdout: "", stderr: lineOn("") });
    const { status, stdout } = inHome("doctor", "--engine", "cuda");
    expect([status, stdout]).toEqual([4, expect.stringContaining(`by others\n  fix: chmod -R go-w ${home}\n`)]);
    expect(existsSync(ran)).toBe(false);
    spawnSync("chmod", ["-R", "go-w", home]);
    inHome(...SWEEP, ...ON_TENSORFLOW);
    expect(existsSync(ran)).toBe(true);
  });
});
