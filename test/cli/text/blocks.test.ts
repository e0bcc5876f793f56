import { expect, test } from "vitest";
import { blocksLatex } from "../../../src/cli/text/blocks.ts";
import { runMain, temporaryFolder } from "../../support/effects.ts";
import { likeThePaper, writeResults } from "../../support/made-results.ts";

test("a table is one of booktabs, numbers on the right; words and commands are comments", () => {
  const rows = [
    ["model", "mean"],
    ["mmoe", "0.5"],
    ["omoe", "-0.25"],
  ];
  expect(blocksLatex([{ before: "first\nsecond", rows, items: ["one"], after: "last", command: "mmoe sweep" }])).toBe(
    [
      "% \\usepackage{booktabs}",
      "",
      "% first",
      "% second",
      "\\begin{tabular}{lr}",
      "\\toprule",
      "model & mean \\\\",
      "\\midrule",
      "mmoe & 0.5 \\\\",
      "omoe & $-$0.25 \\\\",
      "\\bottomrule",
      "\\end{tabular}",
      "% one",
      "% last",
      "% mmoe sweep",
      "",
    ].join("\n"),
  );
});

test.each([
  ["50 % & more_of #1 for $2 {a}", "50 \\% \\& more\\_of \\#1 for \\$2 \\{a\\}"],
  ["a\\b~c^d", "a\\textbackslash{}b\\textasciitilde{}c\\textasciicircum{}d"],
  ["1.5±.2 µs", "1.5$\\pm$.2 $\\mu$s"],
  ["[-0.1, 0.2]", "{[}$-$0.1, 0.2]"],
  ["shared-bottom p-1", "shared-bottom p-1"],
  ["\u001b[1mbold\u001b[22m", "bold"],
  ["-", "--"],
  ["–", "--"],
])("%j in a cell becomes %j", (text, latex) => {
  expect(blocksLatex([{ rows: [["a"], [text]] }])).toContain(`\\midrule\n${latex} \\\\\n`);
});

test.each(["summary DIR", "claims DIR --parts"])(
  "every row of mmoe %s has as many cells as its table",
  async (words) => {
    const folder = temporaryFolder();
    writeResults(folder, likeThePaper, ["runs=30"]);
    const { stdout } = await runMain([...words.replace("DIR", folder).split(" "), "--format", "latex"]);
    const tables = [...stdout.matchAll(/\\begin\{tabular\}\{(\w*)\}\n(.*?)\\end\{tabular\}/gs)];
    expect(tables.length).toBeGreaterThan(0);
    for (const [, sides = "", body = ""] of tables) {
      const rows = body.split("\n").filter((line) => line.endsWith("\\\\"));
      expect(rows.length).toBeGreaterThan(1);
      for (const row of rows) expect(row.split(/(?<!\\)&/)).toHaveLength(sides.length);
    }
  },
);
