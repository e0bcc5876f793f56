import { expect, test } from "vitest";
import { namesIn, namesUnder, unused } from "../support/exports.ts";

const names = namesUnder("src", "research", "scripts", "bench", "examples", "assets", "bin", "test");

/** Files that more reads than imports: the package's users, a report's page, Node. */
const READ_FROM_OUTSIDE = ["src/index.ts", "src/report/redraw.ts", "src/engines/tfjs/code/hooks-thread.ts"];
const isRead = (file: string) => READ_FROM_OUTSIDE.includes(file) || file.endsWith(".d.ts");
const files = [...names.keys()].filter((file) => file.startsWith("src/") && !isRead(file));

/** What only tests import: parts that are tested by themselves, and declarations that tests read. */
const FOR_TESTS = {
  "called-as.ts": ["calledAs"],
  "config/schema.ts": ["ANY_FILE_SCHEMA"],
  "cuda/binding.ts": ["nativeSettings"],
  "cuda/lock.ts": ["HomeLock"],
  "data/task-vectors.ts": ["orthonormalVectors"],
  "diagnostics/alignment.ts": ["alignedLoss"],
  "engines/cpu/bundle.ts": ["HEEDS"],
  "engines/cpu/cpu-engine.ts": ["CpuOptions"],
  "engines/cpu/instructions.ts": ["fieldsOf"],
  "engines/cpu/weights.ts": ["kernelIndex"],
  "engines/diagnosing.ts": ["QuantityCurves"],
  "engines/python/python-trainer.ts": ["HEEDS"],
  "engines/tfjs/code/code-program.ts": ["HEEDS"],
  "engines/tfjs/code/code-trainer.ts": ["HEEDS"],
  "engines/tfjs/eager-trainer.ts": ["HEEDS"],
  "engines/tfjs/methods/method.ts": ["Combination"],
  "engines/tfjs/model/forward.ts": ["firstUnits", "gatesOf"],
  "engines/tfjs/model/links.ts": ["linkGates"],
  "engines/tfjs/trace/program.ts": ["ProgramSpec"],
  "engines/tfjs/trace/signatures.ts": ["SIGNATURES"],
  "engines/tfjs/traced/training-shape.ts": ["HEEDS"],
  "figures/draw/end-labels.ts": ["spread"],
  "figures/gallery.ts": ["DIAGNOSTIC_FIGURES", "LOSS_FIGURES"],
  "random/normal.ts": ["log"],
  "records/json-schemas.ts": ["FILE_COLUMNS", "jsonOf", "jsonSchemas"],
  "records/old-results.ts": ["isFigureFile"],
  "report/compact.ts": ["compact"],
  "report/packed-rows.ts": ["packedRows"],
  "report/report.ts": ["pageSweep"],
  "report/runs-section.ts": ["listedCells"],
  "report/single-runs.ts": ["SingleRuns", "singleRuns"],
};

test("some other file imports each export of src", () => {
  expect(unused(files, names, () => true)).toEqual([]);
});

test("what only tests import of src is listed here", () => {
  const forTests = unused(files, names, (file) => !file.startsWith("test/"));
  const listed = Object.entries(FOR_TESTS).flatMap(([file, them]) => them.map((name) => `src/${file}#${name}`));
  expect(forTests.sort()).toEqual(listed.sort());
});

/** Each command has its own `define` and each training path its `HEEDS`. */
const SHARED = ["define", "HEEDS"];

test("no two files of src export a function or a constant of the same name", () => {
  const all = files.flatMap((file) => names.get(file)?.exported.filter((name) => !/^[A-Z][a-z]/.test(name)) ?? []);
  expect(all.filter((name, i) => all.indexOf(name) < i && !SHARED.includes(name))).toEqual([]);
});

test("namesIn(file, code) finds exports and imports, however they are written", () => {
  const code = `
    import a, { b, type C as D } from "./b.ts";
    import * as e from "../e.ts";
    export { f, g as h } from "./f.js";
    export * from "./i.ts";
    const { j, k: l } = await import("./j.ts");
    const m = (await import("./m.ts")).n, o = () => import("../../dist/o/o.js");
    /** @type {import("./p.ts").Q} */
    export const r = 1, { s, t: u } = r;
    export async function v() {}
    export type W = import("./w.ts").W;
    export default class X {}
    const y = 1;
    export { y as z };
  `;
  const { exported, imported } = namesIn("src/x/y.ts", code);
  expect(exported).toEqual(["f", "h", "r", "s", "u", "v", "W", "default", "z"]);
  expect(imported).toEqual([
    ...["src/x/b.ts#default", "src/x/b.ts#b", "src/x/b.ts#C", "src/e.ts#*", "src/x/f.ts#f", "src/x/f.ts#g"],
    ...["src/x/i.ts#*", "src/x/j.ts#j", "src/x/j.ts#k", "src/x/m.ts#n", "src/o/o.ts#*", "src/x/p.ts#Q", "src/x/w.ts#W"],
  ]);
});

test("unused(file, names, by) gives what none of those files imports", () => {
  const three = new Map([
    ["a", { exported: ["one", "two"], imported: ["a#two"] }],
    ["b", { exported: ["three"], imported: ["a#one"] }],
    ["c", { exported: [], imported: ["b#*"] }],
  ]);
  expect(unused(["a", "b"], three, () => true)).toEqual([]);
  expect(unused(["a"], three, (file) => file !== "b")).toEqual(["a#one"]);
  expect(unused(["a", "b"], three, (file) => file === "b")).toEqual(["a#two", "b#three"]);
});
