import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { presetNames } from "../../src/config/load.ts";
import { METHODS } from "../../src/engines/methods.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../../src/figures/gallery.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";

/** What the first column of the table names whose first title is `title`: the words in backquotes, each once. */
function namedIn(page: string, title: string): string[] {
  const lines = readFileSync(page, "utf8").split("\n");
  const from = lines.findIndex((line) => new RegExp(`^\\| *${title} *\\|`).test(line));
  expect([page, from]).not.toEqual([page, -1]);
  const end = lines.findIndex((line, i) => i > from && !line.startsWith("|"));
  const cells = lines.slice(from + 2, end).map((line) => line.split("|")[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string));
}

test.each([
  ["docs/commands.md", "command", Object.keys(COMMANDS).map((name) => `mmoe ${name}`)],
  ["docs/models.md", "model", MODEL_NAMES],
  ["docs/figures.md", "figure", [...TRIAL_FIGURES, ...SWEEP_FIGURES].map(({ name }) => name)],
  ["docs/methods.md", "method", METHODS],
  ["docs/config.md", "preset", presetNames()],
])("%s has a table by %s that names each, and no other", (page, title, names) => {
  const named = namedIn(page, title).map((name) => (title === "command" ? name.split(" ", 2).join(" ") : name));
  expect(named.sort()).toEqual([...names].sort());
});
