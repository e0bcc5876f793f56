import { join } from "node:path";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";

/** The bar of the complete sweep, as it is drawn: `all [====  ] 1/4 runs, 0:41 min left`. */
const WHOLE = /all +\[([= ]+)\] (\d+)\/(\d+) runs, (\P{Cc}+)/gu;
const PACE = /^(?:starting|(?:[\d,]+ steps\/s, )?(?:\d+\.\d s|\d+:\d\d (?:min|h)) left)$/;
const AFTER = { steps: /^computing the final losses$/, runs: /^(?:writing the CSV files|0\.0 s left)$/ };

export const progress: Fault = {
  name: "progress",
  about: "a sweep on a terminal of any width: a time left while steps are; after the last one, what is done then",
  share: 2,
  async attempt(random) {
    const fixed = wholeBetween(50_000, 400_000, random); // their losses after the last step take some tenths of a second
    const argv = [
      ...["sweep", "smoke", "--runs", `${wholeBetween(1, 4, random)}`, "--steps", `${wholeBetween(1, 40, random)}`],
      ...["--models", oneOf(["mmoe", "omoe,mmoe", "shared-bottom,omoe,mmoe"], random), "--corr", "0.5"],
      ...[
        "--set",
        `trainRows=${oneOf([fixed, fixed, fixed, "fresh"], random)}`,
        "--jobs",
        `${wholeBetween(1, 3, random)}`,
      ],
      ...["--out", join(temporaryFolder(), "out")],
    ];
    const terminal = { isTTY: true, columns: wholeBetween(70, 200, random), rows: wholeBetween(3, 40, random) };
    const { code, stderr } = await runMain(argv, undefined, undefined, terminal);
    const what = `${argv.join(" ")}, ${terminal.columns} x ${terminal.rows}`;
    const frames = [...stderr.matchAll(WHOLE)];
    if (code !== 0 || frames.length === 0) return `${what}: exit ${code}: ${JSON.stringify(stderr)}`;
    const wrong = frames.find(([, bar = "", ended, runs, words = ""]) => {
      const expected = bar.includes(" ") ? PACE : ended === runs ? AFTER.runs : AFTER.steps;
      return !expected.test(words.trim());
    });
    return wrong && `${what}: ${JSON.stringify(wrong[0])}`;
  },
};
