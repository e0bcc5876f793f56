import type { Config } from "../config/config.ts";
import { settingRows } from "../config/setting-rows.ts";
import type { Engine, Run } from "../engines/engine.ts";
import { parameterCount } from "../models/parameters.ts";
import { estimateMs } from "../sweep/estimate.ts";
import { correlationText } from "../sweep/plan.ts";
import { duration, grouped } from "../units.ts";
import { megabytes, table } from "./format.ts";

interface Planned {
  readonly runs: readonly Run[];
  /** Those that the results folder does not hold. */
  readonly todo: readonly Run[];
}

/** What --dry-run prints: settings with their marks, cells, and what they will take on this machine. */
export async function describePlan(
  config: Config,
  { runs, todo }: Planned,
  engine: Engine,
  out: string,
): Promise<string> {
  const cells = runs.slice(0, config.correlations.length * config.models.length);
  const cellRows = cells.map(({ model, correlation }) => [
    model.name,
    correlationText(correlation),
    grouped(config.runs),
    grouped(parameterCount(model)),
  ]);
  const time = duration(await estimateMs(todo, engine));
  const steps = grouped(todo.length * config.steps);
  return [
    settingsText(config),
    table([["model", "p", "runs", "parameters"], ...cellRows]),
    `${grouped(runs.length)} runs, to do ${grouped(todo.length)}: ${steps} run-steps on ${engine.name} (${engine.device})\n` +
      `about ${time}, extrapolated from a short trial; about ${megabytes(engine.memoryBytes(todo))} of memory\n` +
      `results would go to ${out}\n`,
  ].join("\n");
}

function settingsText(config: Config): string {
  const rows = settingRows(config).map(({ name, value, from, ofGenerator }) => [
    ofGenerator ? `  ${name}` : name,
    value,
    from,
  ]);
  return table([["setting", "value", "from"], ...rows]);
}
