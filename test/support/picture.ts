import { expect } from "vitest";
import { type Figure, isLacking, type Lacking } from "../../src/figures/draw/figure.ts";

/** Expects a figure to look as in the gallery: `npx vitest run test/figures -u` draws it again. */
export async function expectPicture(drawn: Figure | Lacking, name: string): Promise<void> {
  if (isLacking(drawn)) throw new Error(`${name} is not drawn: ${drawn.lacking}`);
  await expect(drawn.svg).toMatchFileSnapshot(`gallery/${name}.svg`);
}
