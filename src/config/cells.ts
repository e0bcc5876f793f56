import type { Cell, GridPoint } from "../identity/cell.ts";
import { type Config, configAt } from "./config.ts";
import { overlapOf } from "./rows.ts";
import { DECLARED, gridPoints, SETTING_KEYS, type SettingKey } from "./schema.ts";
import { PLANNED } from "./settings.ts";
import { tunedFor } from "./tuned.ts";

/** A cell of a config, and how many runs it asks for. */
interface PlannedCell extends Cell {
  readonly runs: number;
}

/** Every cell of a sweep: by correlation, then model, then grid point, as its config has them. */
export function cellsOf(config: Config): PlannedCell[] {
  const points = modelPoints(config);
  return correlationsIn(config).flatMap((correlation) =>
    points.map(({ model, point, runs }) => ({ model, correlation, point, runs })),
  );
}

function modelPoints(config: Config): Omit<PlannedCell, "correlation">[] {
  const { models, points, runs } = config;
  if (points !== null)
    return points
      .filter(({ model }) => models.includes(model))
      .map((one) => ({ model: one.model, point: one.values as GridPoint, runs: Math.min(one.runs, runs) }));
  const all = gridPoints(config);
  return models.flatMap((model) => all.map((point) => ({ model, point, runs })));
}

export function askedRuns(config: Config): number {
  return cellsOf(config).reduce((sum, { runs }) => sum + runs, 0);
}

/** The correlations of a sweep; one that is null for rows of the user's own. */
export function correlationsIn({ correlations }: Pick<Config, "correlations">): readonly (number | null)[] {
  return correlations ?? [null];
}

/** The settings that the runs of a cell are trained with, by name: in place of lists and tuned choices their values there. */
export function settingsOf(config: Config, { model, correlation, point }: Cell): Partial<Record<SettingKey, unknown>> {
  const settings = tunedFor(configAt(config, point), model, correlation);
  const keys = SETTING_KEYS.filter((key) => DECLARED[key].paths !== PLANNED && key !== "correlations");
  return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}

/** How much the runs of a sweep share, at most. */
export function sweepOverlap(config: Config): number {
  return Math.max(0, ...cellsOf(config).map((cell) => cellOverlap(config, cell)));
}

/** How much the runs of a cell share: `overlapOf` its settings. */
export function cellOverlap(config: Config, { model, correlation, point }: Cell): number {
  return config.rows === null ? 0 : overlapOf(tunedFor(configAt(config, point), model, correlation));
}
