import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Block, blocksOf, missing } from "./numbers.ts";

/** Pages of results. */
const OF_RESULTS = ["reproduction", "models", "findings", "methods", "real-rows", "when-to-share"];
/** All pages with marks. */
const GUIDES = readdirSync("docs").map((name) => `docs/${name}`);
const PAGES = ["README.md", "results/README.md", "examples/census/README.md", ...GUIDES].filter(
  (page) => page.endsWith(".md") && blocksOf(readFileSync(page, "utf8")).length > 0,
);

test.each(["README.md", "results/README.md", ...OF_RESULTS.map((page) => `docs/${page}.md`)])(
  "%s marks numbers",
  (page) => {
    expect(blocksOf(readFileSync(page, "utf8")).length).toBeGreaterThan(2);
  },
);

describe.each(PAGES)("%s", (page) => {
  const blocks = blocksOf(readFileSync(page, "utf8"));

  test.each(blocks)("has the committed results' numbers at line $line: $query", async (block: Block) => {
    expect(await missing(block)).toBeUndefined();
  });
});

describe("missing(block)", () => {
  const of = (text: string, query: string) => missing({ line: 1, text, query });

  test("finds numbers in their order, each as exact as it is printed, and texts", async () => {
    expect(
      await of("Of 1,800 runs .24 (44 %) hold, -.007 is 3e-4", "1800, .2374, 43.6, 'hold', -0.00723, 3.2e-4"),
    ).toBe(undefined);
    expect(await of("x2 .254 and .28", "[.2537, [.281]]")).toBeUndefined();
  });

  test.each([
    ["a number that rounds to another", ".282 and .5", ".2813"],
    ["a number that is not there", "17 of 200", "18"],
    ["a number before the last one", ".2 / .1", ".1, .2"],
    ["a part of a number", "1.5", "5"],
    ["another sign", ".5", "-.5"],
    ["a text that is not there", "undecided", "'holds'"],
    ["no number", ".5", "0 / 0"],
    ["nothing", ".5", "[]"],
  ])("misses %s", async (_, text, query) => {
    expect(await of(text, query)).toContain("expected");
  });
});

test("blocksOf(page) takes the paragraph, item, table or code before each mark", () => {
  const page =
    "# T\n\none 1\nof 2\n<!-- = 1 -->\n\n- a 3\n- b 4\n  c 5\n  <!-- = 4,\n  5 -->\n\n```\n6\n\n7\n```\n\n<!-- = 6 -->\n";
  expect(blocksOf(page)).toEqual([
    { line: 3, text: "one 1\nof 2", query: "1" },
    { line: 8, text: "- b 4\n  c 5", query: "4, 5" },
    { line: 13, text: "```\n6\n\n7\n```", query: "6" },
  ]);
});
