import { describe, expect, test } from "vitest";
import { correlationStyles, lossStyles, modelStyles, THEME_NAMES, themeOf } from "../../../src/figures/draw/style.ts";

/** Lightness of a colour as a grey, from 0 to 255 (ITU-R BT.601). */
function luma(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

const others = Array.from({ length: 13 }, (_, i) => `model-${i}`);

describe.each(THEME_NAMES.filter((name) => name !== "page"))("theme %s", (name) => {
  const theme = themeOf(name);

  test("has greys for the paper's models and for three correlations that are 25 apart", () => {
    for (const styles of [
      modelStyles(["shared-bottom", "omoe", "mmoe"], theme),
      correlationStyles([0.5, 0.9, 1], theme),
    ]) {
      const greys = [...styles.values()].map(({ colour }) => luma(colour)).sort((a, b) => a - b);
      const [first, second, third] = greys as [number, number, number];
      expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(25);
    }
  });

  test("gives 16 models markers and colours of their own, none of which is of a loss", () => {
    const styles = [...modelStyles(["shared-bottom", "omoe", "mmoe", ...others], theme).values()];
    expect(new Set(styles.map(({ marker, holed }) => `${marker} ${holed}`)).size).toBe(16);
    expect(new Set(styles.map(({ colour }) => colour)).size).toBe(16);
    const losses = Object.values(lossStyles(theme)).map(({ colour }) => colour);
    expect(styles.filter(({ colour }) => losses.includes(colour))).toEqual([]);
    expect(new Set(losses).size).toBe(3);
  });
});

test("modelStyles(models) gives the paper's models the same styles whatever else is trained", () => {
  const theme = themeOf("light");
  const alone = modelStyles(["mmoe"], theme).get("mmoe");
  expect(modelStyles([...others, "mmoe"], theme).get("mmoe")).toEqual(alone);
});
