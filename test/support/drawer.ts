import { DEFAULT_OPTIONS, type Figure, type FigureChoices, type Unavailable } from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES, type SweepFigure } from "../../src/figures/gallery.ts";
import type { Results } from "../../src/records/read-results.ts";

/** Draws one of the gallery's figures of a sweep. */
export function drawerOf(name: string) {
  const { draw } = SWEEP_FIGURES.find((kind) => kind.name === name) as SweepFigure;
  return (results: Results, options: FigureChoices = DEFAULT_OPTIONS): Figure | Unavailable => draw(results, options);
}
