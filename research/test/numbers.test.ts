import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as results from "../../test/results/committed.ts";
import { type Block, blocksOf, missing } from "../../test/results/numbers.ts";
import * as search from "./committed-search.ts";
import { untrained } from "./untrained.ts";

/** The pages of the search, and pages that give numbers of it, by how their marks begin. */
const PAGES = [
  ...["research/README.md", "research/search.md", "research/settings.md"].map((page) => [page, "="] as const),
  ...["README.md", "results/README.md", "docs/reproduction.md"].map((page) => [page, "research ="] as const),
] as const;

describe.each(PAGES)("%s", (page, sign) => {
  const blocks = blocksOf(readFileSync(page, "utf8"), sign);

  test("marks numbers of the search", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  test.each(blocks)("has the committed results' numbers at line $line: $query", async (block: Block) => {
    expect(await missing(block, { ...results, ...search, untrained })).toBeUndefined();
  });
});
