import { expect } from "vitest";
import { type Figure, isUnavailable, type Unavailable } from "../../src/figures/draw/figure.ts";
import { svgText } from "../../src/figures/draw/svg.ts";

/**
 * Expects a figure to look as in the gallery, whose letters are text: their outlines have a test of their own.
 * `npx vitest run test/figures -u` draws it again.
 */
export async function expectPicture(drawn: Figure | Unavailable, name: string): Promise<void> {
  if (isUnavailable(drawn)) throw new Error(`${name} is not drawn: ${drawn.lacking}`);
  await expect(`${svgText(drawn.root)}\n`).toMatchFileSnapshot(`gallery/${name}.svg`);
}
