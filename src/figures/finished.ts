import type { Figure, FigureChoices, FigureRow, Picture } from "./draw/figure.ts";
import { svgText } from "./draw/svg.ts";
import { themeOf } from "./draw/theme.ts";
import { lettered } from "./letters.ts";
import { outlined } from "./outlines.ts";
import { inFont, titled } from "./sized.ts";

/** A picture of some rows as a figure, with its SVG document. */
export function finished(
  picture: Picture,
  data: readonly FigureRow[],
  { theme: name, letters = false, title, font }: Pick<FigureChoices, "theme" | "letters" | "title" | "font">,
): Figure {
  const theme = themeOf(name);
  const named = letters ? lettered(picture, theme) : picture;
  const whole = title === undefined ? named : titled(named, title, theme);
  const { root } = whole;
  const drawn = font !== undefined ? inFont(root, font) : theme.inPage ? root : outlined(root);
  return { ...whole, data, svg: `${svgText(drawn)}\n` };
}
