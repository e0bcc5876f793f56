// Which faults the tests would not notice, by mutation testing. By hand, never in CI: it takes seconds for each fault.
//
//   npm run mutants -- src/stats                                    tests of the same name: test/stats
//   npm run mutants -- src/records/csv.ts:10-20 --tests test/records
//   npm run mutants -- src/sweep --sample 100                       only in some functions, of so many lines together
//   npm run mutants -- python/src/mmoe/settings.py --tests test/python/optimizers.test.ts
//
// Programs are fetched when they are needed, and are no part of an installation: StrykerJS (the last major for Node 20) with vitest for
// TypeScript, cosmic-ray for Python, which changes a copy of the checkout.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const STRYKER = ["@stryker-mutator/core@9.6.1", "@stryker-mutator/vitest-runner@9.6.1", "vitest@4.1"];
/** What tests of the sources read. */
const COPIED =
  "src test scripts configs schemas assets bin dist native results examples docs python package.json CITATION.cff".split(
    " ",
  );
const COSMIC_RAY = "cosmic-ray==8.7.0";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: "string", multiple: true },
    jobs: { type: "string", default: "1" },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
if (positionals.length === 0) {
  console.error("mutants: expected what to change, such as src/stats or python/src/mmoe/settings.py");
  process.exit(2);
}
const temporary = mkdtempSync(join(tmpdir(), "mmoe-mutants-"));
try {
  process.exitCode = positionals[0].startsWith("python/") ? ofPython() : ofTypeScript();
} finally {
  rmSync(temporary, { recursive: true });
}

/** A table of mutants that survived; StrykerJS works on a copy of what it needs. */
function ofTypeScript() {
  const isFolder = (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory(); // `FILE:3-8` is none
  const tests = values.tests ?? positionals.map((path) => path.replace(/^src/, "test").replace(/\.ts$/, ".test.ts"));
  const files = positionals.flatMap((path) => (isFolder(path) ? filesOf(path) : path));
  const config = {
    testRunner: "vitest",
    vitest: { configFile: "scripts/mutants.config.ts", related: false },
    mutate: values.sample === undefined ? files : sampleOf(files, Number(values.sample)),
    ignorePatterns: ["/*", ...COPIED.map((path) => `!/${path}`), "/native/build/zig"], // 20,000 files of a compiler
    tsconfigFile: "none", // it would be rewritten by TypeScript's old interface
    disableTypeChecks: true,
    tempDirName: join(temporary, "copy"),
    reporters: ["clear-text", "progress-append-only"],
    clearTextReporter: { reportTests: false, logTests: false },
    concurrency: Number(values.jobs),
    timeoutMS: 60_000,
  };
  writeFileSync(join(temporary, "stryker.json"), JSON.stringify(config));
  const packages = STRYKER.map((name) => `--package=${name}`);
  const include = tests.map((path) => (isFolder(path) ? `${path}/**/*.test.ts` : path)).join(",");
  return run("npx", ["--yes", ...packages, "stryker", "run", join(temporary, "stryker.json")], {
    MMOE_MUTANTS_TESTS: include,
  });
}

function filesOf(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".ts"));
  return names.map((name) => join(folder, name));
}

/** Functions and other declarations, drawn at random, that have so many lines together or some more: FILE:FIRST-LAST. */
function sampleOf(files, lines) {
  const declarations = files.flatMap(declarationsOf);
  const key = ({ range }) => createHash("sha256").update(`${values.seed} ${range}`).digest("hex");
  const sample = [];
  for (const { range, size } of declarations.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))) {
    if (lines <= 0) break;
    lines -= size;
    sample.push(range);
  }
  return sample;
}

/** What empty lines part in a file, but for imports and types. */
function declarationsOf(file) {
  let line = 1;
  return readFileSync(file, "utf8")
    .split(/(?<=\n)\n(?=\S)/)
    .flatMap((text) => {
      const first = line;
      const size = text.trimEnd().split("\n").length;
      line += size + 1;
      const isCode = /^(export )?(async )?(function|const|class)\b/m.test(text);
      return isCode ? [{ range: `${file}:${first}-${first + size - 1}`, size }] : [];
    });
}

/** A list of mutants that survived; cosmic-ray changes the files in a copy of the checkout. */
function ofPython() {
  const copy = join(temporary, "copy");
  const tracked = spawnSync("git", ["ls-files", "-z", "--", ".", ":!results"], { encoding: "utf8" }).stdout.split("\0");
  for (const file of tracked.filter((name) => name !== "")) cpSync(file, join(copy, file));
  for (const built of ["node_modules", "dist", "native", "results", "test-output"].filter((name) => existsSync(name)))
    if (!existsSync(join(copy, built))) symlinkSync(resolve(built), join(copy, built));
  const command = `npx vitest run --mode python ${(values.tests ?? []).join(" ")}`;
  const config = join(temporary, "cosmic-ray.toml");
  writeFileSync(
    config,
    `[cosmic-ray]\nmodule-path = ${JSON.stringify(positionals)}\ntimeout = 600\nexcluded-modules = []\ntest-command = ${JSON.stringify(command)}\n[cosmic-ray.distributor]\nname = "local"\n`,
  );
  const session = join(temporary, "session.sqlite");
  const bin = (name) => join(temporary, "venv/bin", name);
  const steps = [
    ["python3", ["-m", "venv", join(temporary, "venv")]],
    [bin("pip"), ["install", "--quiet", COSMIC_RAY]],
    [bin("cosmic-ray"), ["baseline", config]],
    [bin("cosmic-ray"), ["init", config, session]],
    [bin("cosmic-ray"), ["exec", config, session]],
    [bin("cr-report"), ["--show-diff", "--surviving-only", session]],
  ];
  for (const [program, words] of steps) {
    const status = run(program, words, {}, copy);
    if (status !== 0) return status;
  }
  return 0;
}

function run(program, words, env = {}, cwd = process.cwd()) {
  return spawnSync(program, words, { cwd, env: { ...process.env, ...env }, stdio: "inherit" }).status ?? 1;
}
