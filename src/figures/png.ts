import { Resvg } from "@resvg/resvg-js";
import type { Figure } from "./draw/figure.ts";

/** Pixels to a point: 432 to an inch, enough for print and for the eye. */
const PIXELS = 6;

/** The figure as a PNG file. It needs no font: letters are outlines. */
export function png({ svg, width }: Figure, pixels = Math.round(width * PIXELS)): Uint8Array {
  return new Resvg(svg, { fitTo: { mode: "width", value: pixels }, font: { loadSystemFonts: false } }).render().asPng();
}
