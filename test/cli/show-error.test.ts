import { expect, test } from "vitest";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { refusal, runMain } from "../support/effects.ts";

/** What a command line that is refused says. */
const refused = async (...argv: string[]) => refusal(await runMain(argv));

test.each([
  [["--dropout", "0.1"], "'--dropout'; did you mean '--set dropout=VALUE'?"],
  [["--train-rows=700", "--runs", "3"], "'--train-rows'; did you mean '--set trainRows=VALUE'?"],
  [["--labels", "raw"], "'--labels'; did you mean '--set labels=VALUE'?"],
  [["--cor", "0.5"], "'--cor'; did you mean '--corr'?"],
  [["--zebra"], "'--zebra'"],
])("sweep %j says which option or setting is near", async (argv, message) => {
  expect(await refused("sweep", ...argv)).toBe(`unknown option ${message}`);
});

test.each([
  ["summary results/none --dropout 0.1", "unknown option '--dropout'"],
  ["sumary", "unknown command 'sumary'; did you mean 'summary'? (mmoe --help lists all commands)"],
  ["wibble", "unknown command 'wibble' (mmoe --help lists all commands)"],
  ["cuda setpu", "unknown command 'setpu'; did you mean 'setup'? (mmoe cuda --help lists its commands)"],
  ["completion", "missing required argument 'shell'"],
  ["sweep smoke --engine gpu", "--engine: expected one of auto, cpu, cuda, tfjs, got 'gpu'"],
  ["sweep --device cuda", "--device cuda: is for your own models in code; did you mean --engine cuda?"],
  ["sweep --model x.ipynb", "--model: expected a file such as ./my_model.py or ./my-model.mjs, got 'x.ipynb'"],
  ["sweep results", "results is a folder; give a config file or a preset"],
  [
    "sweep results/figure3",
    "results/figure3 is a results folder; resume with: mmoe sweep results/figure3/config.yaml --out results/figure3",
  ],
  ["summary results/none", "results/none: no such folder; give a results folder of mmoe sweep"],
  ["status package.json", "package.json is a file; give a results folder of mmoe sweep"],
])("mmoe %s is told what to do", async (words, line) => {
  expect(await refused(...words.split(" "))).toBe(line);
});

test("--debug adds the stack to an error", async () => {
  const { stderr } = await runMain(["models", "--inputs", "0", "--debug"]);
  expect(stderr).toMatch(/^mmoe: --inputs: .*\nUsageError: .*\n {4}at /);
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
  expect(refusal(await runMain(["sweep", "a".repeat(100_000), "--dry-run"]))).toBe(
    `'${"a".repeat(60)}...': name too long`,
  );
});

test.each(["mmoe", "mmoe,omoe", "shared-bottom-16"])("--model %s is told of --models", async (models) => {
  expect(await refused("sweep", "--model", models)).toBe(
    `--model: expected a file such as ./my_model.py or ./my-model.mjs, got '${models}'; for mmoe's own models give --models ${models}`,
  );
});

test("a model may be named in --models, in its place, and given by --model", async () => {
  const { file } = codeModel(LINEAR);
  const argv = ["sweep", "smoke", "--models", "mine,mmoe", "--model", file, "--steps", "1", "--runs", "1", "--dry-run"];
  expect(await runMain(argv)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^models +mine, mmoe /m) });
});

test.each(["report", "summary", "claims", "status", "tune"])("%s says what draws label trials", async (command) => {
  expect(await refused(command, "results/figure2")).toBe(
    "results/figure2 holds label trials and no sweep; mmoe figures results/figure2 draws them",
  );
});
