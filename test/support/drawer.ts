import {
  DEFAULT_OPTIONS,
  type Figure,
  type FigureChoices,
  isUnavailable,
  type Unavailable,
} from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES, type SweepFigure } from "../../src/figures/gallery.ts";
import type { Results } from "../../src/records/read-results.ts";

/** Draws one of the gallery's figures of a sweep, with the default options but for those that are chosen. */
export function drawerOf(name: string) {
  const { draw } = SWEEP_FIGURES.find((kind) => kind.name === name) as SweepFigure;
  return (results: Results, choices: Partial<FigureChoices> = {}): Figure | Unavailable =>
    draw(results, { ...DEFAULT_OPTIONS, ...choices });
}

/** One of the gallery's figures of a sweep, which has it. */
export function drawn(name: string, ...of: Parameters<ReturnType<typeof drawerOf>>): Figure {
  const figure = drawerOf(name)(...of);
  if (isUnavailable(figure)) throw new Error(`${name}: ${figure.lacking}`);
  return figure;
}
