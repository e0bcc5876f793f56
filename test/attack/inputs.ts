import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";
import { type Fault, ODD_TEXTS, oneOf, wholeBetween } from "./fault.ts";

const SLOW_MS = 60_000; // the machine may be busy

/** What must hold of a command line, whatever was typed: no bug, one line an error, no number that is none. */
export async function unheld(argv: readonly string[], what: string = argv.join(" ")): Promise<string | undefined> {
  const start = performance.now();
  const { code, stdout, stderr } = await runMain(argv);
  const ms = performance.now() - start;
  const told = `${JSON.stringify(what).slice(0, 300)}: exit ${code}, ${JSON.stringify(stderr).slice(0, 300)}`;
  if (code === 1) return `a bug: ${told}`;
  if (ms > SLOW_MS) return `took ${Math.round(ms / 1000)} s: ${told}`;
  if (code === 2 && !/^(?:.*\n)*mmoe: [^\n]+\n$/.test(stderr)) return `no line says why: ${told}`;
  const none = /(?<![\w.])(?:NaN|-?Infinity|undefined|\[object Object\])(?!\w)/.exec(stdout);
  if (code === 0 && none && !what.includes(none[0])) return `prints ${none[0]}: ${told}`;
  return undefined;
}

let made: string | undefined;
/** A results folder of a few made-up runs. */
export function madeFolder(): string {
  if (made !== undefined) return made;
  made = join(temporaryFolder(), "made");
  writeResults(made, ({ index, correlation }) => 0.1 + index / 50 + correlation / 9, ["runs=4"]);
  return made;
}

let grid: string | undefined;
/** A results folder of a small grid of made-up runs. */
function gridFolder(): string {
  if (grid !== undefined) return grid;
  grid = join(temporaryFolder(), "grid");
  writeResults(grid, ({ index, training }) => 0.1 + index / 50 + training.lr, [
    ...["runs=3", "models=mmoe,omoe", "correlations=0.5,1", "lr=0.1,0.01", "trainRows=100,fresh"],
  ]);
  return grid;
}

/** Commands that train nothing, each with the options that are given odd texts. */
function commands(): [string[], string[]][] {
  const [made, grid] = [madeFolder(), gridFolder()];
  const out = join(temporaryFolder(), "out");
  return [
    [["models"], ["--inputs", "--tasks", "--json"]],
    [
      ["data", "--rows", "5"],
      ["--corr", "--rows", "--run", "--seed", "--data", "--step", "--format", "--tasks"],
    ],
    [
      ["data", "--corr", "0.5", "--rows", "5", "-o", out],
      ["--format", "--heldout", "--step"],
    ],
    [
      ["data", "--rows", "20", "--trials", "2"],
      ["--corr", "--data", "--seed", "--tasks"],
    ],
    [
      ["summary", made],
      ["--loss", "--bad", "--full", "--csv", "--json"],
    ],
    [
      ["claims", made],
      ["--loss", "--parts", "--json"],
    ],
    [
      ["compare", made, made],
      ["--loss", "--margin", "--json"],
    ],
    [
      ["compare", grid, made],
      ["--at", "--loss", "--json"],
    ],
    [
      ["summary", grid],
      ["--at", "--loss", "--full", "--csv"],
    ],
    [
      ["figures", grid, "--only", "grid", "-o", out],
      ["--at", "--loss", "--scale"],
    ],
    [
      ["tune", grid, "--overwrite", "-o", `${out}.yaml`],
      ["--by", "--at", "--loss", "--runs", "--seed", "--json"],
    ],
    [
      ["merge", made],
      ["--loss", "--json"],
    ],
    [["status", made], ["--json"]],
    [
      ["figures", made, "-o", out],
      ["--only", "--format", "--loss", "--statistic", "--scale", "--theme", "--paper"],
    ],
    [
      ["k8s", "--image", "i"],
      ["--completions", "--cpus", "--corr", "--models", "--set", "--lr", "--steps", "--claim"],
    ],
    [
      ["slurm"],
      [
        "--array",
        "--cpus",
        "--time",
        "--gpus",
        "--set",
        "--batch",
        "--seed",
        "--engine",
        "--time-limit",
        "--checkpoint-every",
      ],
    ],
  ];
}

export const typedWords: Fault = {
  name: "typed words",
  about: "odd texts as arguments and options: never a bug, one line an error",
  share: 40,
  attempt(random) {
    const [words, options] = oneOf(commands(), random);
    const given = Array.from({ length: wholeBetween(1, 4, random) }, () => oneOf(options, random));
    const extra = given.flatMap((option) => (random() < 0.9 ? [option, oddValue(option, random)] : [option]));
    const folder = random() < 0.1 ? [oneOf(ODD_TEXTS, random)] : [];
    return unheld([...words, ...folder, ...extra]);
  },
};

function oddValue(option: string, random: () => number): string {
  const text = oneOf(ODD_TEXTS, random);
  return option === "--set" ? `${oneOf(KEYS, random)}=${text}` : text;
}

const PRESET = readFileSync("configs/smoke.yaml", "utf8");
const KEYS = [...PRESET.matchAll(/^(\w+):/gm)].map(([, key]) => key as string);

export const configFiles: Fault = {
  name: "config files",
  about: "a preset with lines changed, lost, doubled and torn: never a bug, one line an error",
  share: 25,
  attempt(random) {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "config.yaml");
    let lines = PRESET.split("\n");
    for (let change = wholeBetween(1, 4, random); change > 0; change--) lines = changed(lines, random);
    const text = lines.join("\n");
    writeFileSync(file, random() < 0.1 ? text.slice(0, wholeBetween(0, text.length, random)) : text);
    return unheld(["k8s", file, "--image", "i", "--completions", "2"], text);
  },
};

function changed(lines: readonly string[], random: () => number): string[] {
  const at = wholeBetween(0, lines.length, random);
  const line = lines[at] as string;
  const key = line.split(":")[0];
  const odd = oneOf(ODD_TEXTS, random);
  const other = oneOf(
    [[], [line, line], [`${key}: ${odd}`], [`${odd}: 1`], [line, odd], [`  ${line}`], [line.replace(/\w/, odd)]],
    random,
  );
  return lines.toSpliced(at, 1, ...other);
}
