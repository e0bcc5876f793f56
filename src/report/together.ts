import { basename, resolve } from "node:path";
import { askedRuns } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import { plainNameOf } from "../config/kinds.ts";
import { lossUnitOf } from "../config/loss-unit-of.ts";
import type { OwnModel } from "../config/own-model-schema.ts";
import { modelLabel } from "../config/own-models.ts";
import { configDifferences } from "../config/same-sweep.ts";
import { GRID_KEYS, valuesOf } from "../config/schema.ts";
import { inputsOfRows } from "../config/table-inputs.ts";
import { taskNames } from "../config/task-kinds.ts";
import { UsageError } from "../errors.ts";
import { severalPoints } from "../records/at-point.ts";
import type { Results } from "../records/read-results.ts";

/** Several sweeps as one: a model of a sweep is a model of its own, named and labelled after both. */
export interface Together {
  readonly results: Results;
  /** What the sweeps are called, in the order in which they were given. */
  readonly names: readonly string[];
  /** Number of runs that they were asked for, at the correlations that all have. */
  readonly asked: number;
  /** The settings in which the others differ from the first. */
  readonly differences: readonly string[];
}

/**
 * Sweeps of the same tasks, over the correlations that all have. Throws UsageError for sweeps whose losses can't be in one
 * figure, and for a grid of several points.
 */
export function together(sweeps: readonly Results[]): Together {
  const [first, ...others] = sweeps as [Results, ...Results[]];
  for (const other of others) checkAlike(first, other);
  const correlations = common(sweeps);
  const parts = sweeps.map((sweep) => atCorrelations(sweep, correlations));
  const names = namesOf(sweeps);
  return {
    names,
    results: {
      path: sweeps.map(({ path }) => path).join(" "),
      at: {},
      config: joinedConfig(
        parts.map(({ config }) => config),
        names,
      ),
      records: parts.flatMap(({ records }, i) => {
        const name = names[i];
        return records.map((one) => ({ ...one, id: `${name}: ${one.id}`, model: nameIn(one.model, name) }));
      }),
      provenances: sweeps.flatMap(({ provenances }) => provenances),
    },
    asked: parts.reduce((sum, { config }) => sum + askedRuns(config), 0),
    differences: others.flatMap(({ config }, i) =>
      configDifferences(first.config, config, [`in ${names[0]}`, `in ${names[i + 1]}`]),
    ),
  };
}

function checkAlike(first: Results, other: Results): void {
  const pair = `${first.path} and ${other.path}`;
  if (resolve(first.path) === resolve(other.path)) throw new UsageError(`${first.path} is given twice; give it once`);
  for (const one of [first, other]) {
    const several = severalPoints(one);
    if (several !== undefined) throw new UsageError(`${one.path}: ${several.text}`);
  }
  if (lossesOf(first.config) === lossesOf(other.config)) return;
  throw new UsageError(`${pair}: their losses are of other tasks or in other units; give sweeps of the same data`);
}

/** What losses are of: equal texts for those that may be in one figure. */
function lossesOf(config: Config): string {
  const { data, rows, tasks } = config;
  return JSON.stringify([data, tasks, rows && [taskNames(config), inputsOfRows(rows)], lossUnitOf(config)]);
}

/** The folders' own names if they tell the sweeps apart, otherwise their paths. */
function namesOf(sweeps: readonly Results[]): string[] {
  const names = sweeps.map(({ path }) => basename(resolve(path)));
  return new Set(names).size === names.length ? names : sweeps.map(({ path }) => path);
}

function common(sweeps: readonly Results[]): Config["correlations"] {
  const [first, ...others] = sweeps.map(({ config }) => config.correlations);
  const both = first?.filter((p) => others.every((some) => some?.includes(p))) ?? null;
  if (both?.length !== 0) return both;
  const paths = sweeps.map(({ path }) => path).join(" and ");
  throw new UsageError(`${paths} have no correlation in common; give sweeps that share one`);
}

function atCorrelations({ config, records, ...rest }: Results, correlations: Config["correlations"]): Results {
  const isShown = (p: number | null) => p === null || correlations === null || correlations.includes(p);
  return {
    ...rest,
    config: { ...config, correlations },
    records: records.filter(({ correlation }) => isShown(correlation)),
  };
}

/** A config for tables and figures: the first's settings, all models, and each model's own values of what differs. */
function joinedConfig(configs: readonly Config[], names: readonly string[]): Config {
  const models = new Set(configs.flatMap((config) => config.models));
  const joined = [...models].flatMap((model) =>
    configs.flatMap((config, i) => (config.models.includes(model) ? [{ model, config, name: names[i] }] : [])),
  );
  const [first] = configs as [Config];
  const choices = joined.flatMap(({ model, config, name }) => choicesOf(model, config, name, differing(configs)));
  return {
    ...first,
    name: names.join(" and "),
    runs: Math.min(...configs.map(({ runs }) => runs)),
    models: joined.map(({ model, name }) => nameIn(model, name)),
    ownModels: joined.map((one) => definitionOf(one.model, one.config, one.name)),
    tuned: choices.some(({ values }) => Object.keys(values).length > 0) ? { seed: first.seed, choices } : null,
  } as Config;
}

type TunedChoices = NonNullable<Config["tuned"]>["choices"];

/** What a model of a sweep was trained with, as if it had been tuned to that. */
function choicesOf(model: string, config: Config, name: string, keys: readonly string[]): TunedChoices {
  const own = Object.fromEntries(keys.map((key) => [key, config[key as keyof Config]]));
  const tuned = config.tuned?.choices.filter((choice) => choice.model === model) ?? [{ model, values: {} }];
  return tuned.map((choice) => ({ ...choice, model: nameIn(model, name), values: { ...own, ...choice.values } }));
}

/** Settings that a sweep may list, and in which these differ. */
function differing(configs: readonly Config[]): string[] {
  return GRID_KEYS.filter((key) => new Set(configs.map((config) => JSON.stringify(valuesOf(config, key)))).size > 1);
}

function definitionOf(model: string, config: Config, sweep: string): OwnModel {
  const [name, label] = [nameIn(model, sweep), `${modelLabel(config, model)} (${sweep})`];
  const own = config.ownModels.find((one) => one.name === model);
  return own ? { ...own, name, label } : ({ name, label, like: model } as OwnModel);
}

/** `mmoe.paper-tuned` */
function nameIn(model: string, sweep: string): string {
  return `${model}.${plainNameOf(sweep, "sweep")}`;
}
