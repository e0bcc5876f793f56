import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

/** What every object inherits: a model may have such a name. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith("_"));
/** What means something to a program, a file system or a spreadsheet. */
const MEANING = ["nan", "null", "0", "1e5", "con", "a.b", "z".repeat(60)];
const NAMES = [...INHERITED, ...MEANING];

describe("models that are named like what objects inherit, or what means something elsewhere,", () => {
  const folder = temporaryFolder();
  const own = NAMES.map((name) => `{name: '${name}', like: omoe}`).join(", ");
  writeResults(folder, ({ index, correlation, model }) => 0.1 + index / 50 + correlation / 9 + model.name.length / 99, [
    "runs=2",
    "correlations=0.5",
    `models=[mmoe, ${own}]`,
    `name='${NAMES[0]}'`,
  ]);

  const readers = "summary DIR|summary DIR --full|summary DIR --csv|summary DIR --cost|claims DIR|claims DIR --json";
  const others = "compare DIR DIR|status DIR|merge DIR --long|export DIR -o DIR/again.csv|figures DIR|report DIR";
  test.each([...readers.split("|"), ...others.split("|")])("are in what mmoe %s gives", async (words) => {
    const { code, stdout, stderr } = await runMain(words.replaceAll("DIR", folder).split(" "));
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("mmoe:")]);
    expect(stdout).not.toMatch(/native code|\[object|NaN|Infinity|undefined/);
  });

  test("have their own names in legends and in the report", () => {
    const legend = readFileSync(join(folder, "figures", "figure4.svg"), "utf8");
    const report = readFileSync(join(folder, "report.html"), "utf8");
    for (const name of NAMES)
      expect([legend, report]).toEqual([expect.stringContaining(name), expect.stringContaining(name)]);
  });
});

test.each(INHERITED)("`--models %s` is refused as any name is that no model has", async (name) => {
  expect(refusal(await runMain(["sweep", "smoke", "--models", name, "--dry-run"]))).toContain(`got "${name}"`);
});
