// The regimes that come with the package: questions, each a preset or several, and the runs that are committed for them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Config, trainedHash } from "../config/config.ts";
import { loadConfig, PRESETS } from "../config/load.ts";
import { configDifferences } from "../config/same-sweep.ts";
import { listedKeys } from "../config/schema.ts";
import { CONSTANT_KEYS, type GridKey, OPTIMIZER_KEYS } from "../config/settings.ts";
import { UsageError } from "../errors.ts";
import { shownPath } from "../files.ts";
import { OF_CONTESTANT } from "../identity/cell.ts";
import { CONFIG } from "../records/find-results.ts";
import { configIn, type Results, readResults } from "../records/read-results.ts";
import { listed } from "../text.ts";
import { percentOf } from "../units.ts";

/** A sweep of a regime: `many-tasks-4` is one of `many-tasks`. */
export interface RegimeSweep {
  /** The name of its preset, without its folder. */
  readonly name: string;
  readonly regime: string;
  /** As its preset says, without the user's options. */
  readonly config: Config;
}

/** What presets of regimes are called as configs: `regimes/few-rows`. */
export const REGIMES = "regimes";

/** The runs of the zoo, in the repository and in the installed package. */
const COMMITTED = fileURLToPath(new URL("../../results/regimes/", import.meta.url));

/** Names of all regimes, in the order in which they are shown. */
export function regimeNames(): string[] {
  return [...new Set(sweepNames().map(regimeOf))];
}

export function regimeSweeps(regimes: readonly string[]): RegimeSweep[] {
  const names = sweepNames().filter((name) => regimes.includes(regimeOf(name)));
  return names.map((name) => ({ name, regime: regimeOf(name), config: loadConfig(`${REGIMES}/${name}`) }));
}

function sweepNames(): string[] {
  const files = readdirSync(join(PRESETS, REGIMES)).map((file) => file.replace(/\.yaml$/, ""));
  return ORDER.flatMap((regime) => files.filter((file) => regimeOf(file) === regime).sort(byNumber));
}

const regimeOf = (sweep: string) => sweep.replace(/-\d+$/, "");
const byNumber = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });

const ORDER = [
  "paper",
  "few-rows",
  "rare-label",
  "noisy-label",
  "irrelevant",
  "kinds",
  "scales",
  "many-tasks",
  "groups",
  "narrow",
];

/** Settings of training that may be chosen for a contestant. */
const TUNABLE: readonly GridKey[] = [
  "lr",
  "batch",
  "optimizer",
  "dropout",
  "initializer",
  "initializerStd",
  ...OPTIMIZER_KEYS,
  ...CONSTANT_KEYS.map(([key]) => key),
];

/** Those that a sweep lists, among which validation rows choose. */
export function tunedSettings(config: Config): GridKey[] {
  return listedKeys(config).filter((key) => TUNABLE.includes(key));
}

/** What ends the name of a model of the zoo in the size of a regime that has its own. */
export const NARROW = "-narrow";

/** Whether a sweep's runs pair with those of a regime: it differs only in models, runs, methods, task weights and what may be tuned. */
export function isOf({ config: preset }: RegimeSweep, config: Config): boolean {
  return trainedHash(withoutChoices(config, preset)) === trainedHash(withoutChoices(preset, preset));
}

/** A config in which what a contestant may choose is as in a preset. */
function withoutChoices(config: Config, preset: Config): Config {
  const free = Object.fromEntries([...OF_CONTESTANT, ...TUNABLE].map((key) => [key, preset[key]]));
  return { ...config, ...free, ownModels: [], tuned: null };
}

/**
 * A cell as people say it: `few-rows p=0.90, trainRows=300` as `300 rows, correlation 0.9`, `many-tasks-16 p=0.90` as `16 tasks,
 * correlation 0.9`.
 */
export function cellWords(cell: string): string {
  const [sweep, ...settings] = cell.split(/,? /);
  const [at, ...others] = settings.map((setting) => {
    const [key, value] = setting.split("=") as [string, string];
    return WORDS[key]?.(value.split(":")) ?? setting;
  });
  const tasks = /-(\d+)$/.exec(sweep)?.[1];
  return [...(tasks ? [`${tasks} tasks`] : []), ...others, at].join(", ");
}

const lastShare = (all: readonly string[]) => `${percentOf(Number(all.at(-1)))} %`;

/** What is said of a setting that is listed in a regime, by its values: of each task, if it has several. */
const WORDS: Readonly<Record<string, (values: readonly string[]) => string>> = {
  p: ([value]) => `correlation ${Number(value)}`,
  trainRows: ([rows]) => `${rows} rows`,
  groupSize: ([size]) => `groups of ${size}`,
  noiseStd: (all) => `noise ${listed(all)}`,
  labelScale: (all) => `scales ${listed(all)}`,
  labelled: (all) => `${lastShare(all)} labelled`,
  positives: (all) => `${lastShare(all)} positive`,
};

/** The committed runs of each of some sweeps. Throws UsageError for a folder with a sweep's name whose runs are others. */
export async function committedRuns(
  sweeps: readonly RegimeSweep[],
  warn: (line: string) => void,
  committed = COMMITTED,
): Promise<CommittedRuns> {
  const names = existsSync(committed) ? readdirSync(committed).sort() : [];
  const paths = names.map((name) => join(committed, name)).filter((path) => existsSync(join(path, CONFIG)));
  const found = sweeps.map(async (sweep) => {
    const own = paths.filter((path) => isNamed(path, sweep.name));
    for (const path of own) expectOf(sweep, configIn(path), path);
    return [sweep, await Promise.all(own.map((path) => readResults(path, warn)))] as const;
  });
  return new Map(await Promise.all(found));
}

/** Whether the config of a folder has this name, without reading the rest: most folders are of other regimes. */
function isNamed(path: string, name: string): boolean {
  return readFileSync(join(path, CONFIG), "utf8").includes(`\nname: ${name}\n`);
}

function expectOf(sweep: RegimeSweep, config: Config, path: string): void {
  if (isOf(sweep, config)) return;
  const [first = "another config"] = configDifferences(withoutChoices(config, sweep.config), sweep.config);
  throw new UsageError(`${shownPath(path)}: not the runs of regime ${sweep.name} (${first}); bring back what it was`);
}

export type CommittedRuns = ReadonlyMap<RegimeSweep, readonly Results[]>;
