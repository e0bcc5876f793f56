import { type Config, generatorOf, modelOf, trainingOf } from "../config/config.ts";
import { correlationMatrix, type Matrix } from "../data/correlation-matrix.ts";
import type { Run } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";

/** A list of more runs would not fit in memory, and their training would take more than a lifetime. */
const MOST_RUNS = 10_000_000;

/** Every run of a sweep. Repeats are outermost: a sweep that is stopped early has about as many runs in every cell. */
export function planRuns(config: Config): Run[] {
  const cells = config.correlations.length * config.models.length;
  if (config.runs * cells > MOST_RUNS) {
    throw new UsageError(`runs: ${config.runs} in ${cells} cells are more than ${MOST_RUNS} runs; give fewer`);
  }
  const [data, training] = [generatorOf(config), trainingOf(config)];
  const models = config.models.map((name) => modelOf(config, name));
  const matrices = config.correlations.map((p) => correlationMatrix(config.tasks, p, config.correlationMatrix));
  const runs: Run[] = [];
  for (let index = 0; index < config.runs; index++) {
    for (const [c, correlation] of config.correlations.entries()) {
      for (const model of models) {
        const id = runId(model.name, correlation, index);
        const correlationMatrix = matrices[c] as Matrix;
        runs.push({ id, model, data, correlation, correlationMatrix, index, seed: config.seed, training });
      }
    }
  }
  return runs;
}

/** A run's id, made of model, correlation and number: `mmoe/p=0.50/017`. */
export function runId(model: string, correlation: number, index: number): string {
  return `${model}/p=${correlationText(correlation)}/${String(index).padStart(3, "0")}`;
}

/** Two decimals, or as many as the number needs. */
export function correlationText(correlation: number): string {
  const short = correlation.toFixed(2);
  return Number(short) === correlation ? short : String(correlation);
}
