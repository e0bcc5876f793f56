import { describe, expect, test } from "vitest";
import { markdownTable, table, wrapped } from "../../../src/cli/text/table.ts";

const ROWS = [
  ["cells", "pairs", "mean difference", "verdict"],
  ["shared-bottom, omoe at 0.50", "200", "0.1360 [0.1191, 0.1540]", "worse"],
  ["mmoe", "9", "-", "undecided"],
];

describe("table(rows, width)", () => {
  test("aligns columns, those of numbers at the right, and does not change what fits", () => {
    expect(table(ROWS)).toBe(
      [
        "cells                        pairs          mean difference  verdict\n",
        "shared-bottom, omoe at 0.50    200  0.1360 [0.1191, 0.1540]  worse\n",
        "mmoe                             9                        -  undecided\n",
      ].join(""),
    );
    expect(table(ROWS, 70)).toBe(table(ROWS));
  });

  test("keeps a cell's indent in each of its lines where it wraps", () => {
    const rows = [
      ["of", "n"],
      ["  two words", "1"],
    ];
    expect(table(rows, 9)).toBe("of      n\n  two   1\n  words\n");
  });

  test.each([69, 60, 56, 50, 45, 40, 30])("has no line of more than %i characters, and loses no word", (width) => {
    const text = table(ROWS, width);
    expect(text.split("\n").filter((line) => line.length > width)).toEqual([]);
    for (const word of ROWS.flat().join(" ").split(" ")) expect(text).toContain(word);
  });

  test("counts no colours", () => {
    const colour = (text: string) => `\u001b[32m${text}\u001b[39m`;
    const coloured = ROWS.map((row) => [...row.slice(0, 3), colour(row[3])]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
    expect(table(coloured, 60).replaceAll(/\u001b\[\d+m/g, "")).toBe(table(ROWS, 60));
  });
});

test("markdownTable(rows) has a rule that aligns numbers at the right, and no bare pipe in a cell", () => {
  const rows = ["a n", "x|y 1"].map((row) => row.split(" "));
  expect(markdownTable(rows)).toBe("| a | n |\n| --- | --: |\n| x\\|y | 1 |\n");
  expect(markdownTable([["<b>"], ["<.0001"]])).toBe("| \\<b> |\n| --: |\n| <.0001 |\n"); // no tag
});

test("wrapped(text, width, indent) fills lines, all but the first after the indent", () => {
  expect(wrapped("one two three four", 10, 2)).toBe("one two\n  three\n  four");
});
