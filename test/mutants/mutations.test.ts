import { describe, expect, test } from "vitest";
import { mutationsOf } from "./mutations.ts";

const mutated = (code: string) =>
  mutationsOf(code).map(({ start, end, replacement }) => code.slice(0, start) + replacement + code.slice(end));

describe("mutationsOf(code)", () => {
  test.each([
    ["f(a < b);", [";", "f((a) <= (b));", "f((a) >= (b));"]],
    ["const a = b + c * d;", ["const a = (b) - (c * d);", "const a = b + (c) / (d);"]],
    ["const a = b ?? !c;", ["const a = (b) && (!c);", "const a = b ?? c;"]],
    ["const a = 3, b = 0.5, c = true;", ["4, b = 0.5, c = true;", "3, b = 0.75, c = true;", "3, b = 0.5, c = false;"]],
    ["const a = b ? c : d;", ["const a = (b) ? (d) : (c);"]],
    ["if (a) b++;", ["if (true) b++;", "if (false) b++;", "if (a) ;", "if (a) b--;"]],
    ["const a = Math.min(b, c);", ["const a = Math.max(b, c);"]],
    ["const a = b.filter(c).length;", ["const a = b.length;"]],
    ["sum += a;", [";", "sum -= a;"]],
  ])("changes %s in one place at a time", (code, expected) => {
    expect(mutated(code).map((one) => one.replace(/^const a = (?=\d)/, ""))).toEqual(expected);
  });

  test("leaves types, imports, texts and names of properties as they are", () => {
    const code = `import { a } from "b"; type C = 1 | 2; const d = { 3: a as 4 }; const e = "f" + \`g\`;`;
    expect(mutated(code)).toEqual([]);
  });

  test("finds its places after signs of several bytes", () => {
    expect(mutated("/* – 𝛼 */ const a = b - c;")).toEqual(["/* – 𝛼 */ const a = (b) + (c);"]);
  });
});
