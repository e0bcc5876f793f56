import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { type Config, generatorOf } from "../config/config.ts";
import { labelCorrelation } from "../data/moments.ts";
import { TASKS } from "../data/settings.ts";
import { TaskPair } from "../data/task-pair.ts";
import { mean, pearson, standardDeviation } from "../stats/moments.ts";
import { table } from "./format.ts";

/** Figure 2's numbers: label correlation over trials (one run's rows each), beside the closed form and the paper's. */
export function trialsTable(config: Config, { trials, rows }: { trials: number; rows: number }): string {
  const settings = generatorOf(config);
  const published = config.data === "paper" ? publishedFigure2() : new Map<number, string>();
  const measured = labelCorrelations(config, trials, rows);
  const lines = config.correlations.map((p, i) => {
    const values = measured[i] as number[];
    const numbers = [mean(values), 2 * standardDeviation(values), labelCorrelation(settings, p)];
    return [
      String(p),
      ...numbers.map((value) => (Number.isNaN(value) ? "-" : value.toFixed(5))),
      published.get(p) ?? "-",
    ];
  });
  return table([["correlation", "label correlation", "2 sd", "closed form", "paper's Figure 2"], ...lines]);
}

/** Pearson correlations of the labels: [correlations][trials]. All correlations of a trial share x. */
function labelCorrelations(config: Config, trials: number, rows: number): number[][] {
  const settings = generatorOf(config);
  const values: number[][] = config.correlations.map(() => []);
  for (let run = 0; run < trials; run++) {
    let x: Float32Array | undefined;
    for (const [i, p] of config.correlations.entries()) {
      const pair = new TaskPair(settings, p, { seed: config.seed, run });
      x ??= pair.inputs("train", rows);
      values[i]?.push(correlationOf(pair.labels("train", x)));
    }
  }
  return values;
}

/** Pearson correlation of the two tasks' labels y [N, K]. */
function correlationOf(y: Float32Array): number {
  const task = (k: number) => y.filter((_, i) => i % TASKS === k);
  return pearson(task(0), task(1));
}

/** The paper's points: weight cosine → mean label correlation. */
function publishedFigure2(): Map<number, string> {
  const text = readFileSync(new URL("../../results/published/fig2.csv", import.meta.url));
  const points: Record<string, string>[] = parse(text, { columns: true });
  return new Map(points.map((point) => [Number(point.weight_cosine), point.label_pearson_mean as string]));
}
