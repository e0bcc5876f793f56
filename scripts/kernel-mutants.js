// Which small edits of the kernels' C the tests would not notice. By hand, beside npm run mutants, whose tools read no C:
// node scripts/kernel-mutants.js --count 60 (other edits with --offset 0.2: from 0 to 1, otherwise 0.5). It edits a copy of the checkout,
// compiles the kernel set avx2 alone, and runs tests that judge kernels by something else than another kernel set: those of one source
// all have the same faults.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { place } from "./kernel-manifest.js";
import { FLAGS, SOURCES } from "./native.js";

const { values } = parseArgs({
  options: { count: { type: "string", default: "60" }, offset: { type: "string", default: "0.5" } },
});
const [COUNT, OFFSET] = [Number(values.count), Number(values.offset)];
const CPU = "src/engines/cpu/kernels";
const TESTS = [
  "cpu/gradients",
  "cpu/losses",
  "optimizers",
  "cpu/lazy-embeddings",
  "cpu/softmax",
  "agreement",
  "methods",
  "cpu/methods",
];
/** They compare layers of sparse.h with layers that have nothing of it. */
const SPARSE_TESTS = ["cpu/sparse-rows"];
/** Tests that compare kernels with kernels. */
const OWN_PEERS = "same bits|bits of|bit for bit|goes on from|to the bits";

/** What is edited, and what it becomes: signs, bounds, constants, off by one, terms that are left out. */
const RULES = [
  [/ \+ (?=\w)/, " - "],
  [/ - (?=\w)/, " + "],
  [/ \* (?=\w)/, " + "],
  [/ < (?=\w)/, " <= "],
  [/ > (?=\w)/, " >= "],
  [/ [+-]= /, " = "],
  [/ == /, " != "],
  [/ && /, " || "],
  [/(?<=[(,=] ?)-(?=[a-z])/, ""],
  [/(?<![\w.])1(?![\w.])/, "2"],
  [/\bmadd\((\w+), (\w+),/, "madd($1, $1,"],
  [/(?<=\()pmax\(/, "pmin("],
];
/** Files without arithmetic, or of threads. */
const OTHERS = /(records|team|kernels|coefficients)\.h$|binding\.c|wasm\.c/;

/** Every edit that there is: a line of a file, and what it becomes. */
function allEdits() {
  return SOURCES.filter((path) => path.startsWith(CPU) && !OTHERS.test(path)).flatMap((path) => {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.flatMap((line, at) => editsOf(line).map((to) => ({ path, at, line, to })));
  });
}

/** Comments stay, and heads of loops and addresses: the process would die. */
function editsOf(line) {
  if (/^\s*(\/\/|#|$)|base \+|prefetch/.test(line)) return [];
  const [head] = /^.*for \([^)]*\)|/.exec(line);
  const rest = line.slice(head.length);
  return RULES.flatMap(([from, to]) => (from.test(rest) ? [head + rest.replace(from, to)] : []));
}

/** Compiles set avx2 of the copy; -O1 takes a quarter of the time of -O3. */
function compile(copy) {
  const flags = [...FLAGS, "-O1", "-fPIC"];
  execFileSync("cc", [...flags, "-mavx2", "-DSET=avx2", "-c", `${CPU}/kernels.c`], { cwd: copy });
  const include = `-I${resolve("node_modules/node-api-headers/include")}`;
  execFileSync("cc", [...flags, "-shared", include, `${CPU}/binding.c`, "kernels.o", "-o", "made.node"], { cwd: copy });
  place(join(copy, "made.node"), join(copy, "native/build/kernels.node"), { inputs: "", compiler: "" });
}

/** Those of a file's edits, the likeliest first. */
function testsOf(path) {
  if (path === "") return [...TESTS, ...SPARSE_TESTS];
  if (/sparse/.test(path)) return SPARSE_TESTS;
  return /methods|kept|pairs|clip/.test(path) ? TESTS.toReversed() : TESTS;
}

/** The first file of tests that fails, or takes five minutes. */
function noticedBy(copy, path) {
  const words = "vitest run --config scripts/mutants.config.ts --bail 1".split(" ");
  for (const test of testsOf(path)) {
    const others = SPARSE_TESTS.includes(test) ? [] : ["-t", `^(?!.*(${OWN_PEERS}))`];
    const env = { ...process.env, MMOE_MUTANTS_TESTS: `test/engines/${test}.test.ts` };
    const { status } = spawnSync("npx", [...words, ...others], {
      cwd: copy,
      env,
      timeout: 300_000,
      killSignal: "SIGKILL",
    });
    if (status !== 0) return test;
  }
  return undefined;
}

const copy = mkdtempSync(join(tmpdir(), "mmoe-mutants-"));
try {
  for (const path of ["src", "dist", "test", "scripts", "configs", "package.json"])
    cpSync(path, join(copy, path), { recursive: true });
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  mkdirSync(join(copy, "native/build"), { recursive: true });
  const binding = join(copy, CPU, "binding.c");
  writeFileSync(binding, readFileSync(binding, "utf8").replace(/^ *\{"(avx512|avx512Fused|avx2Fused)".*\n/gm, ""));
  compile(copy);
  const broken = noticedBy(copy, "");
  if (broken !== undefined) throw new Error(`${broken} fails without an edit`);
  const edits = allEdits();
  for (let i = 0; i < COUNT; i++) {
    const { path, at, line, to } = edits[Math.floor(((i + OFFSET) * edits.length) / COUNT)];
    const text = readFileSync(path, "utf8").split("\n");
    writeFileSync(join(copy, path), text.with(at, to).join("\n"));
    compile(copy);
    console.log(`${i} ${noticedBy(copy, path) ?? "SURVIVED"}  ${path}:${at + 1}\n  - ${line.trim()}\n  + ${to.trim()}`);
    writeFileSync(join(copy, path), text.join("\n"));
  }
} finally {
  rmSync(copy, { recursive: true });
}
