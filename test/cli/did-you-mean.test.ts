import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { readYaml } from "../../src/config/load.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";

/** What a command line that is refused says. */
const refused = async (...argv: string[]) => refusal(await runMain(argv));

/** The same of a command that is typed in a folder. */
async function refusedIn(folder: string, ...argv: string[]): Promise<string> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await refused(...argv);
  } finally {
    process.chdir(before);
  }
}

test.each([
  [["sweep", "--corr", "0.5", "0.9"], "--corr 0.5 0.9: a list has commas and no spaces: --corr 0.5,0.9"],
  [["sweep", "paper", "--lr", "1e-4,", "1e-2", "-1", "--runs", "8"], "--lr 1e-4,1e-2,-1"],
  [["slurm", "--models", "mmoe", "shared-bottom-16", "omoe"], "--models mmoe,shared-bottom-16,omoe"],
  [["figures", "--only", "4", "figure5", "results/none"], "--only 4,figure5"],
])("%j is told to write commas", async (argv, list) => {
  expect(await refused(...argv)).toContain(list);
});

test("a file whose name is a number is still a config after a list", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "0.9"), "nonsense: 1\n");
  expect(await refusedIn(folder, "sweep", "--corr", "0.5", "0.9")).toBe("0.9: unknown key 'nonsense'");
});

test.each([
  [["--dropout", "0.1"], "'--dropout'; did you mean '--set dropout=0.1'?"],
  [["--dropout=0.1"], "'--dropout'; did you mean '--set dropout=0.1'?"],
  [["--train-rows", "700", "--runs", "3"], "'--train-rows'; did you mean '--set trainRows=700'?"],
  [["--correlations", "0.5"], "'--correlations'; did you mean '--corr 0.5'?"],
  [["--batch-size", "32"], "'--batch-size'; did you mean '--batch 32'?"],
  [["--learning-rate", "-o", "x"], "'--learning-rate'; did you mean '--lr VALUE'?"],
  [["--seeds", "4"], "'--seeds'; did you mean '--seed'?"],
  [["--cor", "0.5"], "'--cor'; did you mean '--corr'?"],
  [["--labels", "raw"], "'--labels'; did you mean '--set labels=raw'?"],
  [["--over-write"], "'--over-write'; did you mean '--overwrite'?"],
  [["--gpu"], "'--gpu'; did you mean '--engine cuda'?"],
  [["--epochs", "10"], "'--epochs'; did you mean '--steps VALUE'?"],
  [["--workers", "3"], "'--workers'; did you mean '--jobs'?"],
  [["--num-workers", "3"], "'--num-workers'; did you mean '--jobs'?"],
  [["-o", "x"], "'-o'; did you mean '--out'?"],
  [["--config", "paper"], "'--config'; did you mean 'CONFIG'?"],
  [["--zebra"], "'--zebra'"],
])("sweep %j says which option was meant", async (argv, message) => {
  expect(await refused("sweep", ...argv)).toBe(`unknown option ${message}`);
});

test.each(["mmoe", "mmoe,omoe", "shared-bottom-16"])("--model %s is told of --models", async (models) => {
  expect(await refused("sweep", "--model", models)).toBe(
    `--model: expected a file such as ./my_model.py or ./my-model.mjs, got '${models}'; for mmoe's own models give --models ${models}`,
  );
});

test.each([
  ["train", "sweep"],
  ["plot", "figures"],
  ["ls", "status"],
  ["run", "sweep"],
  ["sumary", "summary"],
  ["results/paper", "summary results/paper"],
  ["smoke", "sweep smoke"],
])("an unknown command %s is told of '%s' and of --help", async (word, command) => {
  const line = `unknown command '${word}'; did you mean '${command}'? (mmoe --help lists all commands)`;
  expect(await refused(word)).toBe(line);
});

test.each([
  ["sweep --set epochs=10", "--set: unknown key 'epochs'; did you mean 'steps'? A step is one batch of rows."],
  ["sweep --set loss=mse", "--set loss: expected one of squared, huber, got \"mse\"; did you mean 'squared'?"],
  ["sweep --set corr=0.5", "--set: unknown key 'corr'; did you mean 'correlations'?"],
  ["sweep --engine gpu", "--engine: expected one of auto, cpu, cuda, tfjs, got 'gpu'; did you mean 'cuda'?"],
  ["sweep --device cuda", "--device cuda: is for your own models in code; did you mean --engine cuda?"],
  ["sweep --model x.ipynb", "--model: expected a file such as ./my_model.py or ./my-model.mjs, got 'x.ipynb'"],
  ["sweep --models mmoe,film", /got "film"; your own model needs its file: --model my-model\.mjs$/],
  ["sweep results", "results is a folder; give a config file or a preset"],
  [
    "sweep results/figure3",
    "results/figure3 is a results folder; resume with: mmoe sweep results/figure3/config.yaml --out results/figure3",
  ],
  ["summary results/none --dropout 0.1", "unknown option '--dropout'"],
  ["summary results/paper/runs.csv", "results/paper/runs.csv is a file; give its folder: results/paper"],
  ["status package.json", "package.json is a file; give a results folder of mmoe sweep"],
  ["models ple", "ple is a model, not a config; describe it with: mmoe models --describe ple"],
  ["completion", "missing required argument 'shell'"],
  ["help swep", /^unknown command 'swep'; did you mean 'sweep'\?/],
  ["wibble", "unknown command 'wibble' (mmoe --help lists all commands)"],
  ["cuda wibble", "unknown command 'wibble' (mmoe cuda --help lists its commands)"],
  ["census tabels", "unknown command 'tabels'; did you mean 'tables'? (mmoe census --help lists its commands)"],
])("mmoe %s is told what to do", async (words, line) => {
  const says = await refused(...words.split(" "));
  if (typeof line === "string") expect(says).toBe(line);
  else expect(says).toMatch(line);
});

test("a model may be named in --models, in its place, and given by --model", async () => {
  const { file } = codeModel(LINEAR);
  const argv = ["sweep", "smoke", "--models", "mine,mmoe", "--model", file, "--steps", "1", "--runs", "1", "--dry-run"];
  expect(await runMain(argv)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^models +mine, mmoe /m) });
});

test("a results folder whose folder is mistyped is told of those in the one that was meant", async () => {
  const folder = temporaryFolder();
  for (const name of ["paper", "paper-long"]) {
    mkdirSync(join(folder, "results", name), { recursive: true });
    copyFileSync(`results/${name}/config.yaml`, join(folder, "results", name, "config.yaml"));
  }
  expect(await refusedIn(folder, "summary", "result/paper")).toBe(
    "result/paper: no such folder; give one of: results/paper, results/paper-long",
  );
});

test.each([
  ["batch", "batchsize"],
  ["batch", "batch_size"],
  ["correlations", "corr"],
  ["lr", "learningRate"],
])("a config with %s called %s is told so", async (key, slip) => {
  const { [key]: value, ...rest } = readYaml("configs/smoke.yaml").values as Record<string, unknown>;
  const file = join(temporaryFolder(), "mine.yaml");
  writeFileSync(file, stringify({ ...rest, [slip]: value }));
  expect(await refused("sweep", file)).toBe(`${file}: unknown key '${slip}'; did you mean '${key}'?`);
});

test.each(["report", "summary", "claims", "status", "tune"])("%s says what draws label trials", async (command) => {
  expect(await refused(command, "results/figure2")).toBe(
    "results/figure2 holds label trials and no sweep; mmoe figures results/figure2 draws them",
  );
});

test("a folder without a sweep is told of those in it, and a folder that is missing of those beside it", async () => {
  const folder = temporaryFolder();
  const says = () => Promise.all([refused("summary", folder), refused("summary", join(folder, "none"))]);
  for (const name of ["a", "b", "c", "d", "e"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "config.yaml"), "");
  }
  const some = `; give one of: ${["a", "b", "c", "d"].map((name) => join(folder, name)).join(", ")}, ... (5 in all)`;
  expect(await says()).toEqual([
    `${folder} holds no sweep (no config.yaml)${some}`,
    `${folder}/none: no such folder${some}`,
  ]);
});

test("a folder that is missing is told first of those whose names begin so, or are near", async () => {
  const folder = temporaryFolder();
  for (const name of ["a", "b", "c", "d", "study-9aa45b48", "study-tuned-0c1d2e3f"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "config.yaml"), "");
  }
  const [a, b, hashed, tuned] = ["a", "b", "study-9aa45b48", "study-tuned-0c1d2e3f"].map((name) => join(folder, name));
  const says = (name: string) => refused("summary", join(folder, name));
  expect(await says("study")).toContain(`; give one of: ${hashed}, ${tuned}, ${a}, ${b}, ... (6 in all)`);
  expect(await says("stdy-9aa45b48")).toContain(`; give one of: ${hashed}, ${a}, ${b}, `);
});

test.each(["summary", "merge", "figures", "compare"])("%s without a folder is told of some", async (command) => {
  expect(await refused(command)).toMatch(
    /^missing required argument '(folders?|a)'; give one of: results\/census-1, results\/.* in all\)$/,
  );
});
