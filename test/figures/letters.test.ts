import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { outside, textsOf, touching } from "../support/texts.ts";

const FIGURES = ["figure4", "figure5", "final-loss", "runs", "train-heldout", "task-losses", "cost", "verdicts"];
const kinds = SWEEP_FIGURES.filter(({ name }) => FIGURES.includes(name));
const results = sweepResults({
  set: ["models=[shared-bottom, shared-bottom-16, omoe, mmoe]", "correlations=[0.5, 0.9, 1]"],
});

const drawn = ({ draw }: (typeof kinds)[number], letters?: true) =>
  draw(results, { ...DEFAULT_OPTIONS, ...(letters && { letters }), theme: "page" }) as Figure;

/** Where the panels are, by the ranges of their scales. */
function panelsOf(svg: string) {
  const range = (scale = "") => scale.split(" ").slice(-2).map(Number);
  const found = [...svg.matchAll(/class="panel" data-x="([^"]+)" data-y="([^"]+)"/g)];
  const panels = found.map(([, x, y]) => ({
    left: Math.min(...range(x)),
    right: Math.max(...range(x)),
    top: Math.min(...range(y)),
    bottom: Math.max(...range(y)),
  }));
  return panels.sort((a, b) => a.top - b.top || a.left - b.left);
}

const isLetter = (words: string) => /^[a-z]$/.test(words);
const lettersOf = (svg: string) => {
  const marked = [...svg.matchAll(/<text [^>]*class="letter"[^>]*>([^<]*)</g)].map(([, letter]) => letter);
  return textsOf(svg).filter(({ words }) => isLetter(words) && marked.includes(words));
};

describe.each(kinds)("$name with letters", (kind) => {
  const { svg, width, height } = drawn(kind, true);
  const panels = panelsOf(svg);

  test("has one at a corner of each panel, the same corner of all, row by row; none of a panel alone", () => {
    const letters = lettersOf(svg);
    const words = panels.length === 1 ? "" : "abcdefghijklmnopqrstuvwxyz".slice(0, panels.length);
    expect(letters.map(({ words }) => words).join("")).toBe(words);
    const corners = letters.map(({ left, right, y }, i) => {
      const panel = panels[i];
      const across = Math.abs(left - panel.left) < 12 ? "left" : Math.abs(right - panel.right) < 12 ? "right" : "none";
      const down = Math.abs(y - panel.top) < 12 ? "upper" : Math.abs(y - panel.bottom) < 12 ? "lower" : "none";
      return `${down} ${across}`;
    });
    expect(new Set(corners).size).toBe(Math.min(1, letters.length));
    expect(corners.join()).not.toContain("none");
  });

  test("keeps its texts apart and on the page", () => {
    expect([touching(svg), outside({ svg, width, height })]).toEqual([[], []]);
  });

  test("has none unless asked", () => {
    expect(drawn(kind).svg).not.toContain('class="letter"');
  });
});

test("a figure of panels has letters", () => {
  expect(lettersOf(drawn(kinds[0], true).svg).length).toBeGreaterThan(2);
});
