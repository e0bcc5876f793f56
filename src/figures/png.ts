import { Resvg } from "@resvg/resvg-js";
import type { Figure } from "./figure.ts";
import { FAMILY, FONT_FILES } from "./text.ts";

/** Pixels to a point: 432 to an inch, enough for print and for the eye. */
const PIXELS = 6;

/** The figure as a PNG file, with the font of this package. */
export function png({ svg, width }: Figure, pixels = Math.round(width * PIXELS)): Uint8Array {
  const font = { fontFiles: Object.values(FONT_FILES), loadSystemFonts: false, defaultFontFamily: FAMILY };
  return new Resvg(svg, { fitTo: { mode: "width", value: pixels }, font }).render().asPng();
}
