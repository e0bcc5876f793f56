import { type Config, configAt, generatorOf, modelOf, trainingOf } from "../config/config.ts";
import { gridPoints, listedKeys, pointCount } from "../config/grid.ts";
import { correlationMatrix, type Matrix } from "../data/correlation-matrix.ts";
import type { Run } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import type { ModelSpec } from "../models/spec.ts";
import { NO_CHOICE, runId } from "../records/cell.ts";

/** A list of more runs would not fit in memory, and their training would take more than a lifetime. */
const MOST_RUNS = 10_000_000;

/** Every run of a sweep. Repeats are outermost: a sweep that is stopped early has about as many runs in every cell. */
export function planRuns(config: Config): Run[] {
  const cells = config.correlations.length * config.models.length * pointCount(config);
  if (config.runs * cells > MOST_RUNS) {
    throw new UsageError(`runs: ${config.runs} in ${cells} cells are more than ${MOST_RUNS} runs; give fewer`);
  }
  const data = generatorOf(config);
  const matrices = config.correlations.map((p) => correlationMatrix(config.tasks, p, config.correlationMatrix));
  const kinds = kindsOf(config);
  const runs: Run[] = [];
  for (let index = 0; index < config.runs; index++) {
    for (const [c, correlation] of config.correlations.entries()) {
      for (const kind of kinds) {
        const id = runId({ model: kind.model.name, correlation, point: kind.point ?? NO_CHOICE }, index);
        const correlationMatrix = matrices[c] as Matrix;
        runs.push({ id, ...kind, data, correlation, correlationMatrix, index, seed: config.seed });
      }
    }
  }
  return runs;
}

/** What the runs of a cell have in common: each model at each grid point. Equal settings are one object. */
function kindsOf(config: Config): Pick<Run, "model" | "training" | "point">[] {
  const isGrid = listedKeys(config).length > 0;
  const models = new Map<string, ModelSpec>();
  const points = gridPoints(config).map((point) => {
    const settings = configAt(config, point);
    return { settings, training: trainingOf(settings), ...(isGrid && { point }) };
  });
  const one = (model: ModelSpec) => {
    const key = JSON.stringify(model);
    if (!models.has(key)) models.set(key, model);
    return models.get(key) as ModelSpec;
  };
  return config.models.flatMap((name) =>
    points.map(({ settings, ...rest }) => ({ ...rest, model: one(modelOf(settings, name)) })),
  );
}
