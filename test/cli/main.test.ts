import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runMain } from "../support/effects.ts";

test("main(['--version']) prints the package's version", async () => {
  expect(await runMain(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test.each([
  ["--help"],
  ["sweep", "--help"],
  ["data", "--help"],
  ["models", "--help"],
  ["slurm", "--help"],
  ["k8s", "--help"],
  ["help", "sweep"],
])("main(%j) prints help with examples to stdout", async (...argv) => {
  const { code, stdout, stderr } = await runMain(argv);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^Usage: mmoe/);
  expect(stdout).toMatch(/Examples:\n {2}mmoe /);
});

test("help lists each command once, below a heading of its group", async () => {
  const { stdout } = await runMain(["--help"]);
  const groups = [...stdout.matchAll(/^(\S[^\n]*):\n((?: {2,}\S[^\n]*\n)+)/gm)];
  const names = groups.map(([, title, lines]) => [
    title,
    [...(lines ?? "").matchAll(/^ {2}([a-z]\w*) /gm)].map(([, name]) => name),
  ]);
  expect(Object.fromEntries(names)).toMatchObject({
    Train: ["sweep", "init", "status", "merge", "verify"],
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
  for (const argv of [
    [],
    ...commands.map((name) => [name]),
    ["cuda", "setup"],
    ["census", "prepare"],
    ["census", "tables"],
  ]) {
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

test("main(['swep']) exits with 2 and names the nearest command on stderr", async () => {
  expect(await runMain(["swep"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: "mmoe: unknown command 'swep'; did you mean 'sweep'? (mmoe --help lists all commands)\n",
  });
});

test("main([]) shows the help and exits with 2", async () => {
  const { code, stderr } = await runMain([]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Usage: mmoe/);
});

test("--debug adds the stack to an error", async () => {
  const { stderr } = await runMain(["models", "--inputs", "0", "--debug"]);
  expect(stderr).toMatch(/^mmoe: --inputs: .*\nUsageError: .*\n {4}at /);
});

test("mmoe models lists parameters by part, and the paper's own count", async () => {
  const { stdout } = await runMain(["models"]);
  expect(stdout).toMatch(/^shared-bottom +11,413 +0 +0 +1,824 +18 +13,255 +13,108$/m);
  expect(stdout).toMatch(/^omoe +12,928 +800 +0 +272 +18 +14,018 +13,056$/m);
});

test("mmoe models --tasks 3 counts a gate, a tower and an output a task", async () => {
  const { stdout } = await runMain(["models", "--tasks", "3"]);
  expect(stdout).toMatch(/^mmoe +12,928 +2,400 +0 +408 +27 +15,763 /m);
});

test("mmoe models refuses more tasks than inputs, or than a thousand", async () => {
  const says = async (...argv: string[]) => (await runMain(["models", ...argv])).stderr;
  expect(await says("--inputs", "9", "--tasks", "10")).toBe(
    "mmoe: --tasks: expected a whole number from 2 to 9, got '10'\n",
  );
  expect(await says("--inputs", "2147483647", "--tasks", "2147483647")).toContain("from 2 to 1000, got");
});

test("mmoe models --json gives specs with their counts", async () => {
  const specs = JSON.parse((await runMain(["models", "--inputs", "112", "--json"])).stdout);
  const mlp = specs.find((spec: { name: string }) => spec.name === "mmoe-mlp");
  expect(mlp).toMatchObject({ inputs: 112, gating: "per-task", parameters: { experts: 41472, total: 50826 } });
});

test("an error shows control characters, and the first of very many lines and characters", async () => {
  const { stderr } = await runMain(["sweep", "\u001b]0;x\u0007", "--dry-run"]);
  expect(stderr).toMatch(/^mmoe: \\u001b\]0;x\\u0007: no such file or preset; presets: [^\n]*\n$/);
  const many = Array.from({ length: 500 }, (_, i) => `none-${i}`).join();
  const { stderr: few } = await runMain(["sweep", "smoke", "--models", many, "--dry-run"]);
  expect(few.trimEnd().split("\n")).toHaveLength(21);
  expect(few).toMatch(/\nmmoe: and 480 lines more like these\n$/);
  const { stderr: long } = await runMain(["sweep", "smoke", "--set", `a${"b".repeat(100_000)}`]);
  expect(long).toBe(`mmoe: --set: expected key=value, got 'a${"b".repeat(298)}...\n`);
  const { stderr: words } = await runMain(["sweep", "smoke", "--set", "ab ".repeat(100_000)]);
  expect(words).toBe(`mmoe: --set: expected key=value, got '${"ab ".repeat(1000).slice(0, 1968)}...\n`);
});

test("a path that is too long for the system is an error of one line", async () => {
  const { code, stderr } = await runMain(["sweep", "a".repeat(100_000), "--dry-run"]);
  expect([code, stderr]).toEqual([2, `mmoe: '${"a".repeat(60)}...': name too long\n`]);
});

test("a terminal without a size, which has 0 columns, gets lines of 80", async () => {
  const at = async (columns: number) =>
    [
      await runMain(["sweep", "--help"], undefined, undefined, { isTTY: true, columns }),
      await runMain(["models"], undefined, undefined, { isTTY: true, columns }),
    ].map(({ stdout }) => stdout);
  expect(await at(0)).toEqual(await at(80));
});
