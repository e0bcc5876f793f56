import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { presetNames } from "../../src/config/load.ts";
import { METHODS } from "../../src/engines/methods.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../../src/figures/gallery.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";
import { MEASURES } from "../../src/records/measures.ts";

/** What the first column of the table names whose first title is `title`: the words in backquotes, each once. */
function namedIn(page: string, title: string): string[] {
  const lines = readFileSync(page, "utf8").split("\n");
  const from = lines.findIndex((line) => new RegExp(`^\\| *${title} *\\|`).test(line));
  expect([page, from]).not.toEqual([page, -1]);
  const end = lines.findIndex((line, i) => i > from && !line.startsWith("|"));
  const cells = lines.slice(from + 2, end).map((line) => line.split("|")[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
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

test("docs/diagnostics.md defines each number whose meaning refers to it", () => {
  const page = readFileSync("docs/diagnostics.md", "utf8");
  const referring = MEASURES.filter(({ meaning }) => meaning.includes("docs/diagnostics.md"));
  expect(referring.length).toBeGreaterThan(0);
  expect(referring.filter(({ name }) => !new RegExp(`^\\| \`${name}[\`/]`, "m").test(page))).toEqual([]);
});

test("pages that count the models count those of the zoo", () => {
  const pages = ["README.md", "site/index.md", ...readdirSync("docs").map((file) => `docs/${file}`)];
  const counts = pages
    .filter((page) => page.endsWith(".md"))
    .flatMap((page) => [
      ...readFileSync(page, "utf8").matchAll(/(\d+) models\]\([./docs]*models\.md|the (\d+) models (?:to|that)/g),
    ])
    .map(([, linked, others]) => Number(linked ?? others));
  expect(counts.length).toBeGreaterThan(4);
  expect(new Set(counts)).toEqual(new Set([MODEL_NAMES.length]));
});
