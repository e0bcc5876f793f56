import type { Figure, FigureRow, Picture } from "./draw/figure.ts";
import { svgText } from "./draw/svg.ts";
import { type ThemeName, themeOf } from "./draw/theme.ts";
import { outlined } from "./outlines.ts";

/** A picture of some rows as a figure, with its SVG document. */
export function finished(picture: Picture, data: readonly FigureRow[], theme: ThemeName): Figure {
  const drawn = themeOf(theme).inPage ? picture.root : outlined(picture.root);
  return { ...picture, data, svg: `${svgText(drawn)}\n` };
}
