import { askedRuns, cellsOf, correlationsIn } from "../config/cells.ts";
import { decidingMetric } from "../config/choose-by.ts";
import { type Config, configAt, modelOf, type PointConfig, tableOf, trainingOf } from "../config/config.ts";
import { correlationsOf, generatorOf } from "../config/generated.ts";
import { metricsOfRuns } from "../config/own-metrics.ts";
import { withValidationRows } from "../config/rows.ts";
import { listedKeys, pointCount } from "../config/schema.ts";
import { tunedFor } from "../config/tuned.ts";
import type { Matrix } from "../data/correlation-matrix.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import type { TableSettings } from "../data/table.ts";
import type { AnyRun, FromTable, Generated } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { runId } from "../identity/cell.ts";
import type { Model } from "../models/code.ts";

/** A list of more runs would not fit in memory, and their training would take more than a lifetime. */
const MOST_RUNS = 10_000_000;

/** Every run of a sweep. Repeats are outermost: a sweep that is stopped early has about as many runs in every cell. */
export function planRuns(config: Config): AnyRun[] {
  return [...eachRun(config)];
}

/** The runs of a sweep that are wanted: a large sweep as a whole need not be in memory. */
export function planWanted(config: Config, isWanted: (run: AnyRun) => boolean): AnyRun[] {
  const wanted: AnyRun[] = [];
  for (const run of eachRun(config)) if (isWanted(run)) wanted.push(run);
  return wanted;
}

export function* eachRun(config: Config): Generator<AnyRun> {
  countRuns(config);
  const kinds = kindsOf(config);
  for (let index = 0; index < config.runs; index++) {
    const asked = kinds.filter(({ cell }) => index < cell.runs);
    yield* runsOf(asked, index, config);
  }
}

/** Run number `index` of every cell, also beyond the sweep's last. */
export function runsAt(config: Config, index: number): AnyRun[] {
  return runsOf(kindsOf(config), index, config);
}

function runsOf(kinds: readonly Kind[], index: number, { seed }: Config): AnyRun[] {
  return kinds.map(({ cell, ...kind }) => ({ id: runId(cell, index), ...kind, index, seed }));
}

/** How many runs a sweep has. Throws UsageError for more than can be planned. */
export function countRuns(config: Config): number {
  if (config.points !== null) return askedRuns(config);
  const cells = correlationsIn(config).length * config.models.length * pointCount(config);
  if (config.runs * cells <= MOST_RUNS) return config.runs * cells;
  throw new UsageError(`runs: ${config.runs} in ${cells} cells are more than ${MOST_RUNS} runs; give fewer`);
}

type Kind = { readonly cell: ReturnType<typeof cellsOf>[number] } & Pick<
  AnyRun,
  "model" | "training" | "stopping" | "point"
> &
  (Generated | FromTable);

/** What the runs of each cell have in common. Equal values are one object: engines group many runs by them. */
function kindsOf(config: Config): Kind[] {
  const [data, matrices, table] = [sharing<GeneratorSettings>(), sharing<Matrix>(), tableOf(config)];
  const originOf = (settings: PointConfig, correlation: number | null): Generated | FromTable => {
    if (table || correlation === null)
      return { data: table as TableSettings, correlation: null, correlationMatrix: null };
    const correlationMatrix = matrices(correlationsOf(settings, correlation));
    return { data: data(generatorOf(settings)), correlation, correlationMatrix };
  };
  const isGrid = listedKeys(config).length > 0;
  const [models, trainings] = [sharing<Model>(), sharing<AnyRun["training"]>()];
  return cellsOf(config).map((cell) => {
    const { model, correlation, point } = cell;
    const settings = tunedFor(configAt(config, point), model, correlation);
    const { patience, validation } = settings;
    const by = decidingMetric(settings);
    const metrics = metricsOfRuns(settings, by);
    return {
      cell,
      ...originOf(settings, correlation),
      model: models(modelOf(settings, model)),
      training: trainings(withValidationRows(trainingOf(settings), settings)),
      ...(patience !== null && { stopping: { patience, validation, ...(by && { by }) } }),
      ...(metrics.length > 0 && { metrics }),
      ...(settings.diagnostics.length > 0 && { diagnostics: settings.diagnostics }),
      ...(isGrid && { point }),
    };
  });
}

/** A function that returns the same object for equal values. */
function sharing<T>(): (value: T) => T {
  const known = new Map<string, T>();
  return (value) => {
    const key = JSON.stringify(value);
    const one = known.get(key) ?? value;
    known.set(key, one);
    return one;
  };
}
