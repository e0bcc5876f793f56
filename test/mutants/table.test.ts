import { expect, test } from "vitest";
import type { Mutant } from "./mutants.ts";
import { relatedTests } from "./related.ts";
import { type Outcome, reportText, score } from "./table.ts";

const mutant = (file: string, line: number): Mutant => {
  return { file, line, text: "a < b;", change: "a < b → a <= b", code: "", id: `${file}:${line}` };
};

const OUTCOMES: readonly Outcome[] = [
  { mutant: mutant("src/stats/a.ts", 1), fate: "killed", equivalent: undefined },
  { mutant: mutant("src/stats/a.ts", 2), fate: "timed out", equivalent: undefined },
  { mutant: mutant("src/stats/a.ts", 3), fate: "survived", equivalent: "no one sees it" },
  { mutant: mutant("src/stats/b.ts", 4), fate: "survived", equivalent: undefined },
];

test("score(outcomes) is the share that was noticed, equivalent mutants apart", () => {
  expect(score(OUTCOMES)).toBe(2 / 3);
  expect([score(OUTCOMES.slice(2, 3)), score(OUTCOMES.slice(3))]).toEqual([1, 0]);
});

test("reportText(outcomes) has one row per file, their sum, and each survivor with its line", () => {
  const [, a, b, all, , ...survivors] = reportText(OUTCOMES).split("\n");
  expect(a).toMatch(/^src\/stats\/a.ts +3 +1 +1 +0 +1 +100.0 %$/);
  expect(b).toMatch(/^src\/stats\/b.ts +1 +0 +0 +1 +0 +0.0 %$/);
  expect(all).toMatch(/^all +4 +1 +1 +1 +1 +66.7 %$/);
  expect(survivors).toEqual(["Survivors:", "src/stats/b.ts:4: a < b → a <= b", "    in: a < b;", ""]);
});

test("relatedTests()(file) finds the tests that load it, by way of other files too", () => {
  const { near, far } = relatedTests()("src/stats/f-distribution.ts");
  expect(near).toEqual(["test/stats/f-distribution.test.ts"]);
  expect(far).toEqual(expect.arrayContaining(["test/stats/spread.test.ts", "test/summary/summary.test.ts"]));
  expect(far).not.toContain("test/stats/holm.test.ts");
});
