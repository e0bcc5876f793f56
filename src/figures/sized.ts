// A figure in the size, under the title and in the font that its user chose.

import { type FigureOptions, isUnavailable, type Picture, type Unavailable } from "./draw/figure.ts";
import { element, type SvgNode } from "./draw/svg.ts";
import { FAMILY, text } from "./draw/text.ts";
import type { Theme } from "./draw/theme.ts";

/** Room for a title. */
const TITLE = 14;
/** Panels that are lower have no room for the numbers of their axes. */
const LEAST_STRETCH = 0.4;

type Sized = Pick<FigureOptions, "height" | "stretch" | "title">;

/** Draws at the height that is chosen: panels and rows are stretched, and their texts keep their size. */
export function atHeight<Options extends Sized>(
  options: Options,
  draw: (options: Options) => Picture | Unavailable,
): Picture | Unavailable {
  const { height, title } = options;
  const plain = draw(options);
  if (height === undefined || isUnavailable(plain)) return plain;
  const more = (draw({ ...options, stretch: 2 }) as Picture).height - plain.height;
  const { name } = plain;
  if (more <= 0) return { name, lacking: "its height follows from its width; leave --height out" };
  const stretch = 1 + (height - (title === undefined ? 0 : TITLE) - plain.height) / more;
  const least = Math.ceil(height + (LEAST_STRETCH - stretch) * more);
  if (stretch < LEAST_STRETCH) return { name, lacking: `it needs a height of ${least}pt or more` };
  return draw({ ...options, stretch });
}

/** The picture below a title. */
export function titled({ root, height, ...picture }: Picture, title: string, { ink, background }: Theme): Picture {
  const [words, about, , ...nodes] = root.children as SvgNode[];
  const { width } = picture;
  const whole = height + TITLE;
  const attributes = { ...root.attributes, viewBox: `0 0 ${width} ${whole}`, height: `${whole}pt` };
  const children = [
    ...([words, about] as SvgNode[]),
    element("rect", { class: "background", width, height: whole, fill: background }),
    text(title, width / 2, TITLE - 5, { fill: ink, weight: "SemiBold", anchor: "middle" }),
    element("g", { transform: `translate(0 ${TITLE})` }, nodes),
  ];
  return { ...picture, height: whole, root: element("svg", attributes, children) };
}

/** The picture with its texts in a font of the machine that shows it. */
export function inFont(root: SvgNode, font: string): SvgNode {
  const family = `${font}, ${FAMILY}, sans-serif`;
  return { ...root, attributes: { ...root.attributes, "font-family": family } };
}
