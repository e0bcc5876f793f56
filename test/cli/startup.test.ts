import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What a file imports before its first line runs, and what those files import in turn; types are erased. */
function staticImports(file: URL, seen = new Set<string>()): Set<string> {
  const text = readFileSync(file, "utf8");
  for (const [, specifier] of text.matchAll(/^import (?!type )[^"]*"([^"]+)"/gm)) {
    const name = specifier;
    const inner = new URL(name, file);
    if (seen.has(name.startsWith(".") ? inner.href : name)) continue;
    seen.add(name.startsWith(".") ? inner.href : name);
    if (name.startsWith(".")) staticImports(inner, seen);
  }
  return seen;
}

test("mmoe --version loads nothing from outside but commander", () => {
  const loaded = staticImports(new URL("../../src/cli/main.ts", import.meta.url));
  const outside = [...loaded].filter((name) => !name.startsWith("file:") && !name.startsWith("node:"));
  expect(outside).toEqual(["commander"]);
});

test("mmoe sweep reads no engine before it knows which, and nothing of TensorFlow", () => {
  const loaded = [...staticImports(new URL("../../src/cli/sweep.ts", import.meta.url))];
  const choosesKernels = /engines\/cpu\/(kernel-sets|choose-kernels|native)\.ts$/; // names, and the binary when it is asked for
  const read = loaded.filter((name) => /tensorflow|engines\/(cpu|tfjs)\//.test(name) && !choosesKernels.test(name));
  expect(read).toEqual([]);
});
