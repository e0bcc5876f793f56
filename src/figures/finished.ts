import type { Figure, FigureChoices, FigureRow, Picture } from "./draw/figure.ts";
import { svgText } from "./draw/svg.ts";
import { themeOf } from "./draw/theme.ts";
import { lettered } from "./letters.ts";
import { outlined } from "./outlines.ts";

/** A picture of some rows as a figure, with its SVG document. */
export function finished(
  picture: Picture,
  data: readonly FigureRow[],
  { theme: name, letters = false }: Pick<FigureChoices, "theme" | "letters">,
): Figure {
  const theme = themeOf(name);
  const whole = letters ? lettered(picture, theme) : picture;
  const drawn = theme.inPage ? whole.root : outlined(whole.root);
  return { ...whole, data, svg: `${svgText(drawn)}\n` };
}
