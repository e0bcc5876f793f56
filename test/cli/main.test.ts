import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { printed, runMain } from "../support/effects.ts";

test("main(['--version']) prints the package's version", async () => {
  expect(await runMain(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test.each([["--help"], ["models", "--help"], ["help", "sweep"]])(
  "main(%j) prints help with examples",
  async (...argv) => {
    expect(printed(await runMain(argv))).toMatch(/^Usage: mmoe[\s\S]*Examples:\n {2}mmoe /);
  },
);

test("help lists each command once, below a heading of its group", async () => {
  const { stdout } = await runMain(["--help"]);
  const groups = [...stdout.matchAll(/^(\S[^\n]*):\n((?: {2,}\S[^\n]*\n)+)/gm)];
  const names = groups.map(([, title, lines]) => [
    title,
    [...(lines ?? "").matchAll(/^ {2}([a-z]\w*) /gm)].map(([, name]) => name),
  ]);
  expect(Object.fromEntries(names)).toMatchObject({
    Train: ["sweep", "regimes", "init", "status", "merge", "verify"],
    Clusters: ["slurm", "k8s"],
    "This machine": ["cuda", "doctor", "completion", "help"],
  });
  expect(names.flatMap(([title, name]) => (title === "Options" || title === "Examples" ? [] : name)).sort()).toEqual(
    [...Object.keys(COMMANDS), "help"].sort(),
  );
});

test("every command's help is at most 80 columns wide, and says no default of lists that are empty", async () => {
  const commands = [...(await runMain(["--help"])).stdout.matchAll(/^ {2}([a-z]\w*) {2,}/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(10);
  for (const argv of [[], ...commands.map((name) => [name]), ["cuda", "setup"]]) {
    const { stdout } = await runMain([...argv, "--help"]);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout.replaceAll(/\s+/g, " ")).not.toContain("(default: [])");
  }
});

test.each([[[]], [["sweep"]], [["models"]]])("help of %j wraps its lists on a terminal of 60 columns", async (argv) => {
  const { stdout } = await runMain([...argv, "--help"], undefined, undefined, { isTTY: true, columns: 60 });
  const [lists = ""] = stdout.split("\nExamples:");
  expect(lists.split("\n").filter((line) => line.length > 60)).toEqual([]);
});

test("main([]) shows the help and exits with 2", async () => {
  const { code, stderr } = await runMain([]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Usage: mmoe/);
});

test("a terminal without a size, which has 0 columns, gets lines of 80", async () => {
  const at = async (columns: number) =>
    [
      await runMain(["sweep", "--help"], undefined, undefined, { isTTY: true, columns }),
      await runMain(["models"], undefined, undefined, { isTTY: true, columns }),
    ].map(({ stdout }) => stdout);
  expect(await at(0)).toEqual(await at(80));
});

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
