import { execFileSync, execSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { availableKernels } from "../../src/engines/cpu/native.ts";
import { temporaryFolder } from "../support/effects.ts";
import { NUMPY_LINEAR, PYTHON, WITHOUT_PYTHON } from "../support/python.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLES = join(ROOT, "examples");

/** A folder into which the tarball is installed, with the examples beside. */
let user = "";
/** What npm said while it installed. */
let said = "";

beforeAll(() => {
  user = temporaryFolder();
  const [build, ...rest] = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts.prepack.split(" && ");
  expect(build).toBe("npm run build"); // which was just done: again, it would take dist/ from tests that run beside these
  for (const step of rest) execSync(step, { cwd: ROOT, stdio: "ignore" });
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", user], { cwd: ROOT });
  const tarball = readdirSync(user).find((name) => name.endsWith(".tgz")) as string;
  writeFileSync(join(user, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const { status, stderr } = npm("install", "--no-audit", "--no-fund", `./${tarball}`);
  said = stderr;
  expect(status).toBe(0);
  cpSync(EXAMPLES, user, { recursive: true });
});

const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: user, encoding: "utf8" });
const npm = (...args: string[]) => run("npm", ...args);
const node = (...args: string[]) => run(process.execPath, ...args);
const mmoe = (...args: string[]) => run(join(user, "node_modules/.bin/mmoe"), ...args);

describe("the installed package", () => {
  // first: others install more
  test("takes less than 49.5 MB, with all that it depends on", () => {
    const bytes = readdirSync(join(user, "node_modules"), { recursive: true, withFileTypes: true }).reduce(
      (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
      0,
    );
    expect(bytes / 1e6).toBeGreaterThan(20);
    expect(bytes / 1e6).toBeLessThan(49.5);
  });

  test("trains", () => {
    const { status, stdout } = mmoe("sweep", "smoke", "--runs", "1", "--steps", "20", "--out", "cpu");
    expect([status, stdout]).toEqual([0, expect.stringContaining("cpu/runs.csv")]);
  });

  test("says how to get TensorFlow.js for --engine tfjs, and trains on it then", () => {
    const few = ["sweep", "smoke", "--runs", "1", "--steps", "20", "--engine", "tfjs", "--out", "tfjs"];
    const { status, stderr } = mmoe(...few);
    expect(mmoe("doctor").status).toBe(0);
    const packages = "@tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0";
    expect([status, stderr]).toEqual([2, expect.stringContaining(`: npm install ${packages}; or leave out`)]);
    npm("install", "--no-audit", "--no-fund", "--no-save", ...packages.split(" "));
    expect(mmoe(...few).status).toBe(0);
    rmSync(join(user, "node_modules/@tensorflow"), { recursive: true });
  });

  test.skipIf(PYTHON === undefined)(`trains a model in Python with its own worker${WITHOUT_PYTHON}`, () => {
    writeFileSync(join(user, "mine.py"), NUMPY_LINEAR);
    const sized = ["smoke", "--runs", "1", "--steps", "20", "--corr", "0.5"];
    const { status, stdout } = mmoe("sweep", ...sized, "--model", "mine.py", "--python", PYTHON as string);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^mine +0\.50 +1 +0 /m)]);
  });

  test("brings the binary of native kernels for this platform alone, and trains on it", () => {
    const folder = join(user, "node_modules/mmoe/native");
    const binaries = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));
    const own = `${process.platform}-${process.arch}.node`;
    expect(binaries.sort()).toEqual([join("prebuilt", own), join("prebuilt", `${own}.json`)]);
    const { stderr } = mmoe("sweep", "smoke", "--runs", "1", "--steps", "20", "--out", "native");
    expect(stderr).toBe(`native: 6 runs on cpu (${availableKernels().sets[0]})\n`);
  });

  test("without its binaries trains the same on WebAssembly, and says so in one line unless told to", () => {
    const folder = join(user, "node_modules/mmoe/native");
    const few = ["smoke", "--runs", "1", "--steps", "20"];
    expect(mmoe("sweep", ...few, "--out", "before").status).toBe(0);
    renameSync(folder, join(user, "away"));
    const lines = [
      mmoe("sweep", ...few, "--out", "after").stderr,
      mmoe("sweep", ...few, "--out", "silent", "--kernels", "wasm").stderr,
      mmoe("verify", "before", "--runs", "6", "--kernels", "wasm").stdout,
    ];
    renameSync(join(user, "away"), folder);
    const why = `there are no native kernels for ${process.platform}-${process.arch}`;
    const how = "training on WebAssembly, which is slower (--kernels wasm leaves out this line)";
    expect(lines).toEqual([
      `${why}; ${how}\nafter: 6 runs on cpu (wasm)\n`,
      "silent: 6 runs on cpu (wasm)\n",
      expect.stringMatching(/(.* same\n){6}/),
    ]);
  });

  test("with a binary that does not load says why in one line", () => {
    const file = join(user, `node_modules/mmoe/native/prebuilt/${process.platform}-${process.arch}.node`);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, 5000));
    const { status, stderr } = mmoe("sweep", "smoke", "--runs", "1", "--steps", "20", "--out", "broken");
    writeFileSync(file, bytes);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^native kernels can't be loaded: .* is damaged: 5000 bytes, not \d+ \(install mmoe again\); training on WebAssembly, .*\nbroken: 6 runs on cpu \(wasm\)\n$/,
      ),
    ]);
  });

  test("brings the preset that the README's figure is drawn from, its documents, and what set-up installs by", () => {
    const held = join(user, "node_modules/mmoe");
    for (const file of [
      "configs/paper.yaml",
      "README.md",
      "docs/statistics.md",
      "results/published/fig4.csv",
      "assets/cuda/npm-lock.json",
    ]) {
      expect(existsSync(join(held, file)), file).toBe(true);
    }
  });

  test("brings the committed runs of regimes, beside which it shows a model's place, as journals alone", () => {
    const words = ["--models", "shared-bottom", "--only", "irrelevant", "--runs", "1", "--lr", "0.01"];
    const { status, stdout } = mmoe("regimes", ...words, "--out", "regimes");
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^irrelevant .* of [2-9]\d /m)]);
    const held = readdirSync(join(user, "node_modules/mmoe/results/regimes/irrelevant"));
    expect(held.sort()).toEqual(["config.yaml", "journal"]);
  });

  test("can be imported by its name alone", () => {
    const { stderr } = node("--input-type=module", "--eval", 'await import("mmoe/dist/sweep/plan.js")');
    expect(stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test("is installed without a warning, as of install scripts to approve or of deprecated packages", () => {
    expect(said.split("\n").filter((line) => line.startsWith("npm warn"))).toEqual([]);
  });
});

describe("the examples", () => {
  test("are all run here", () => {
    const programs = ["own-figure.js", "own-models.yaml", "rows.js", "sweep-and-summary.js"];
    expect(readdirSync(EXAMPLES).sort()).toEqual([
      "cars-csv.js",
      "cars.yaml",
      "census", // test/results
      "kuairand", // test/python
      "my-mmoe.mjs",
      ...programs.toSpliced(2, 0, "penguins.csv", "penguins.yaml", "python"), // test/cli and test/python run those
      "tables", // test/python
      "tfjs-mmoe.mjs", // needs 294 MB of packages
    ]);
  });

  test("fit the package's types", () => {
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const flags = ["--noEmit", "--checkJs", "--strict", "false", "--skipLibCheck"];
    const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
    const how = [...flags, ...types, "--module", "nodenext", "--target", "es2023"];
    const { stdout } = run(
      tsc,
      ...how,
      ...readdirSync(EXAMPLES).filter((file) => /js$/.test(file) && !file.startsWith("tfjs")),
    );
    expect(stdout).toBe("");
  });

  test("sweep-and-summary.js trains and compares the models", () => {
    const { status, stdout } = node("sweep-and-summary.js", "swept");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^40 runs on cpu \(\w+\)\n40 done, 0 failed, 0 missing\n/);
    expect(stdout).toMatch(/^omoe - mmoe at 0.5: -?\d\.\d{3} in 10 pairs of runs, p = \d\.\d{3}$/m);
  });

  test("own-models.yaml and my-mmoe.mjs are trained side by side, to a table and a figure", () => {
    const few = ["--runs", "2", "--steps", "100", "--out", "own"];
    const { status, stderr } = mmoe("sweep", "own-models.yaml", "--model", "my-mmoe.mjs", ...few);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^own: 20 runs on cpu \(\w+\); my-mmoe on node \(node [\d.]+\)\n/),
    ]);
    const table = mmoe("summary", "own").stdout;
    for (const model of ["four-experts", "deep-gates", "my-mmoe"])
      expect(table.match(new RegExp(`^${model} +2 `, "gm"))).toHaveLength(2);
    mmoe("figures", "own", "--only", "final-loss");
    expect(readFileSync(join(user, "own/figures/final-loss-heldout.svg"), "utf8")).toContain("my-mmoe");
    const { stdout } = mmoe("verify", "own", "--runs", "20");
    expect(stdout.match(/ (same|alike up to step 100)$/gm)).toHaveLength(20);
  });

  test("cars-csv.js says which package it needs", () => {
    const { status, stderr } = node("cars-csv.js");
    const line = "cars-csv.js: the package vega-datasets is missing; run: npm install vega-datasets\n";
    expect([status, stderr]).toEqual([1, line]);
  });

  test("cars-csv.js and cars.yaml train models on a table of another package, and verify them", () => {
    npm("install", "--no-audit", "--no-fund", "--no-save", "vega-datasets@3.2.1");
    expect(node("cars-csv.js").stdout).toBe("cars.csv: 392 rows\n");
    const { status } = mmoe("sweep", "cars.yaml", "--runs", "4", "--steps", "200", "--out", "cars");
    expect(status).toBe(0);
    expect(mmoe("summary", "cars", "--loss", "heldout").stdout.match(/^\S+ +4 +0\.\d{4} /gm)).toHaveLength(3);
    expect(mmoe("verify", "cars", "--runs", "12").stdout.match(/ same$/gm)).toHaveLength(12);
  });

  test("my-mmoe.mjs has as many parameters as MMoE", () => {
    const counts = JSON.parse(mmoe("models", "own-models.yaml", "--model", "my-mmoe.mjs", "--json").stdout);
    const total = (name: string) => counts.find((model: { name: string }) => model.name === name).parameters.total;
    expect(total("my-mmoe")).toBe(total("mmoe"));
  });

  test("rows.js prints the rows that a run sees", () => {
    const { stdout } = node("rows.js");
    expect(stdout).toContain("x [1000, 100], y [1000, 2], Float32Array\n");
  });

  test("own-figure.js draws what sweep-and-summary.js left", () => {
    if (!existsSync(join(user, "swept"))) node("sweep-and-summary.js", "swept");
    const { stdout } = node("own-figure.js", "swept", "own.svg");
    expect(stdout).toMatch(/^own\.svg: MMoE is better in \d+ of 10 pairs of runs\n$/);
    expect(readFileSync(join(user, "own.svg"), "utf8").match(/<circle/g)).toHaveLength(10);
  });
});
