import type { Cell } from "../identity/cell.ts";
import type { Config } from "./config.ts";
import { gridPoints } from "./grid.ts";

/** Every cell of a sweep: by correlation, then model, then grid point, as its config has them. */
export function cellsOf(config: Config): (Cell & { readonly model: Config["models"][number] })[] {
  const points = gridPoints(config);
  return correlationsIn(config).flatMap((correlation) =>
    config.models.flatMap((model) => points.map((point) => ({ model, correlation, point }))),
  );
}

/** The correlations of a sweep; one that is null for rows of the user's own. */
export function correlationsIn({ correlations }: Pick<Config, "correlations">): readonly (number | null)[] {
  return correlations ?? [null];
}
