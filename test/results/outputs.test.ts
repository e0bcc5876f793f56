// What the pages show of commands on committed results is what the commands print; test/soak/your-data.test.ts trains.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resultsText } from "../../src/cli/text/summary-table.ts";
import { readResults } from "../../src/records/read-results.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const PAGES = ["README.md", ...["findings", "models", "reproduction", "statistics"].map((page) => `docs/${page}.md`)];
const COMMANDS = ["claims", "models", "summary", "tune"];
/** Results that are not committed: they are made up for a page. */
const NOT_COMMITTED = /results\/mine/;

interface Shown {
  readonly command: string;
  /** Lines in a row, between those that are left out (`...`). */
  readonly parts: readonly string[];
}

function shownOn(page: string): Shown[] {
  const blocks = [...readFileSync(page, "utf8").matchAll(/^```\n(\$ mmoe .*?)^```$/gms)];
  const calls = blocks.flatMap(([, block]) => block.split(/^\$ mmoe /m).slice(1));
  return calls
    .map((call) => {
      const [first, ...lines] = call.trimEnd().split("\n") as [string, ...string[]];
      const parts = lines.join("\n").split(/^\.\.\.$/m);
      return {
        command: first.replace(/ +#.*/, ""),
        parts: parts.map((part) => part.trim()).filter((part) => part !== ""),
      };
    })
    .filter(({ command }) => COMMANDS.includes(command.split(" ")[0]) && !NOT_COMMITTED.test(command));
}

const trimmed = (text: string) => text.replaceAll(/ +$/gm, "");

/** The words of a command; `tune` writes a config, here to a temporary folder. */
function wordsOf(command: string): string[] {
  const words = command.split(" ");
  return words[0] === "tune" ? [...words, "-o", join(temporaryFolder(), "tuned.yaml")] : words;
}

test.each(PAGES.flatMap((page) => shownOn(page).map((shown) => ({ page, ...shown }))))(
  "$page shows what `mmoe $command` prints",
  async ({ command, parts }) => {
    const { stdout } = await runMain(wordsOf(command));
    let rest = trimmed(stdout);
    for (const part of parts) {
      expect(rest).toContain(trimmed(part));
      rest = rest.slice(rest.indexOf(trimmed(part)) + trimmed(part).length);
    }
    expect(parts).not.toEqual([]);
  },
);

test("README.md's main job prints what the first runs of the committed results have", async () => {
  const shown = /^\$ mmoe sweep --corr 0\.5 --runs 8\n((?:.*\n)*?)\n/m.exec(readFileSync("README.md", "utf8"));
  const { records } = await readResults("results/paper", () => {});
  const own = records.filter(({ run, correlation }) => run < 8 && correlation === 0.5);
  const text = resultsText("results/paper", own, ["running", "heldout"], { columns: 80, write: () => {} });
  expect(text.split("\n\n")[0]).toBe(shown?.[1].trimEnd());
});
