import { basename } from "node:path";
import { checkConfig } from "../config/check.ts";
import type { Config } from "../config/config.ts";
import { SETTING_KEYS, type Settings } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import { listed } from "../listed.ts";
import { LOSS_WORDS } from "../records/loss-words.ts";
import type { Results } from "../records/read-results.ts";
import type { Estimate } from "../stats/estimate.ts";
import type { Pick, TuneOptions } from "./tune.ts";

interface TunedOptions extends TuneOptions {
  /** Of the tuned sweep: another one than that of the runs that tuned; by default the next. */
  readonly seed?: number;
  /** Runs of each of its cells; by default as many as tuned. */
  readonly runs?: number;
}

/**
 * The config of the sweep with the chosen values, and the table that they were chosen from. Throws UsageError for the
 * seed of the runs that tuned.
 */
export function tunedConfig(results: Results, picks: readonly Pick[], options: TunedOptions): Config {
  const { config } = results;
  const { loss, metric, by, seed = config.seed + 1, runs = config.runs } = options;
  if (seed === config.seed)
    throw new UsageError(`--seed: must differ from ${seed}, the seed of the tuning runs; omit it`);
  const tuned: NonNullable<Settings["tuned"]> = {
    sweep: basename(results.path),
    loss: metric?.name ?? loss,
    by,
    seed: config.seed,
    runs: config.runs,
    choices: picks.map(({ chosen, ...pick }) => ({ ...nameOf(pick), values: { ...chosen } })),
    points: picks.flatMap((pick) =>
      pick.candidates.map(({ point, mean, failed }) => ({
        ...nameOf(pick),
        values: { ...point },
        ...rounded(mean),
        failed,
      })),
    ),
  };
  const settings = Object.fromEntries(SETTING_KEYS.map((key) => [key, config[key]]));
  const cross = options.runs === undefined ? config.cross : null; // an explicit --runs replaces the cross
  const named = { name: nameFor(config), about: aboutFor(results, picks, options) };
  const changed = { ...picks[0]?.chosen, seed, runs, cross, tuned, ...named };
  const marks = Object.entries(config.origins).filter(([key, mark]) => mark !== "yours" && !(key in changed));
  const values = { ...settings, ...changed, marks: Object.fromEntries(marks) };
  return checkConfig({ source: results.path, values }, []);
}

function nameOf({ model, correlation, at }: Omit<Pick, "candidates" | "chosen" | "next" | "sure" | "atEnd">) {
  return {
    model: model,
    ...(correlation !== undefined && { correlation }),
    ...(Object.keys(at).length > 0 && { at }),
  };
}

/** Longest name of a config. */
const LONGEST = 60;
const ENDING = "-tuned";

function nameFor({ name }: Config): string {
  return `${name.slice(0, LONGEST - ENDING.length)}${ENDING}`;
}

/** What was chosen, and from what: the grid's own sentence is not true of the tuned sweep. */
function aboutFor({ config, path }: Results, picks: readonly Pick[], { loss, metric, by }: TuneOptions): string {
  const keys = listed(Object.keys(picks[0]?.chosen ?? {}));
  const of = by === "cell" ? "cell (a model at a correlation)" : by;
  return `Sweep ${config.name} with the ${keys} that mmoe tune chose for each ${of} from ${basename(path)}, by ${metric?.name ?? LOSS_WORDS[loss].name}`;
}

/** To six digits; no interval is null. */
function rounded({ value, low, high }: Estimate) {
  const six = (number: number) => Number(number.toPrecision(6));
  const end = (number: number) => (Number.isNaN(number) ? null : six(number));
  return { mean: end(value), low: end(low), high: end(high) };
}
