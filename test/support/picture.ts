import { expect } from "vitest";
import { type Figure, isUnavailable, type Unavailable } from "../../src/figures/draw/figure.ts";

/** Expects a figure to look as in the gallery: `npx vitest run test/figures -u` draws it again. */
export async function expectPicture(drawn: Figure | Unavailable, name: string): Promise<void> {
  if (isUnavailable(drawn)) throw new Error(`${name} is not drawn: ${drawn.lacking}`);
  await expect(drawn.svg).toMatchFileSnapshot(`gallery/${name}.svg`);
}
