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

  test("wraps the widest cells between words, and keeps intervals whole while they fit", () => {
    expect(table(ROWS, 56)).toBe(
      [
        "cells           pairs   mean difference  verdict\n",
        "shared-bottom,    200            0.1360  worse\n",
        "omoe at 0.50           [0.1191, 0.1540]\n",
        "mmoe                9                 -  undecided\n",
      ].join(""),
    );
  });

  test.each([69, 60, 56, 50, 45, 40, 30])("has no line of more than %i characters, and loses no word", (width) => {
    const text = table(ROWS, width);
    expect(text.split("\n").filter((line) => line.length > width)).toEqual([]);
    for (const word of ROWS.flat().join(" ").split(" ")) expect(text).toContain(word);
  });

  test("names the columns in each row where not even single words fit beside each other", () => {
    expect(table(ROWS, 30).split("\n")).toEqual([
      "cells shared-bottom, omoe at",
      "  0.50, pairs 200, mean",
      "  difference 0.1360 [0.1191,",
      "  0.1540], verdict worse",
      "cells mmoe, pairs 9, mean",
      "  difference -, verdict",
      "  undecided",
      "",
    ]);
  });

  test("leaves out columns that may be lacking before it breaks intervals or names columns in each row", () => {
    const lean = ["verdict", "pairs"];
    expect(table(ROWS, 56, lean)).toBe(table(ROWS, 56));
    const [head, first] = table(ROWS, 40, lean).split("\n");
    expect([head, first?.trim()]).toEqual([
      "cells           pairs   mean difference",
      expect.stringMatching(/^shared-bottom, +200 +0\.1360$/),
    ]);
    expect(table(ROWS, 33, lean)).not.toMatch(/pairs|verdict/);
    expect(table(ROWS, 20, lean)).toContain("verdict worse");
  });

  test("names no column that has neither a head nor a value", () => {
    const rows = ["model,", "a-long-name-of-a-model,", "mmoe,<"].map((row) => row.split(","));
    expect(table(rows, 12)).toBe("model\n  a-long-name-of-a-model\nmodel\n  mmoe, <\n");
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
