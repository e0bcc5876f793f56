// Which curves of many models and correlations are drawn, and in which panels.

import type { DrawnCell } from "./facts.ts";
import type { CurvePanel, DrawnCurve } from "./step-panels.ts";
import { correlationWords } from "./words.ts";

/** Most panels of one group of models; of several groups each has a row. */
const MOST = 9;
const A_ROW = 3;

/** Most correlations of which there is room for panels. */
export function mostCorrelations(groups: readonly string[][]): number {
  return groups.length > 1 ? A_ROW : MOST;
}

/** For each group of models a panel for each of the correlations. */
export function groupPanels(
  groups: readonly string[][],
  correlations: readonly (number | null)[],
  curves: ReadonlyMap<DrawnCell, DrawnCurve>,
): CurvePanel[][] {
  return groups.map((models) =>
    correlations.map((correlation) => {
      const here = [...curves].filter(([cell]) => cell.correlation === correlation && models.includes(cell.model));
      return {
        ...(correlation !== null && { title: correlationWords(correlation) }),
        attributes: { "data-correlation": correlation },
        curves: here.map(([, curve]) => curve),
      };
    }),
  );
}

/** For a caption. */
export function groupsSentence(groups: readonly string[][]): string {
  return groups.length > 1 ? ` The models are in ${groups.length} rows of panels, each below its key.` : "";
}
