import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { presetNames } from "../../src/config/load.ts";
import { METHODS } from "../../src/engines/methods.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../../src/figures/gallery.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";
import { MEASURES } from "../../src/records/measures.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README_BYTES = 8_000;
const PAGE_BYTES = 15_000;
/** Made from declarations, and read by looking things up. */
const MADE = ["files", "python-reference", "settings"].map((page) => `docs/${page}.md`);

const guides = readdirSync(join(ROOT, "docs"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`);
const pages = ["README.md", "CONTRIBUTING.md", "results/README.md", "examples/census/README.md", ...guides];
const notPacked = [
  ...["README", "search", "settings"].map((page) => `research/${page}.md`),
  "scripts/README.md",
  "test/README.md",
  ...["cpu/kernels", "process", "tfjs"].map((folder) => `src/engines/${folder}/README.md`),
];

/** Targets of the relative links and images of a page, as paths from the root. */
function linkedFrom(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```.*?^```$/gms, "");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
  return targets
    .filter((target) => !/^[a-z]+:|^#/.test(target))
    .map((target) => normalize(join(dirname(page), target.replace(/#.*$/, ""))));
}

/** The links of a page that lead to a heading: its file, and the heading as GitHub names it. */
function anchorsFrom(page: string): [file: string, id: string][] {
  const links = readFileSync(join(ROOT, page), "utf8").matchAll(/\]\((?![a-z]+:)([^)\s#]*)#([^)\s]+)\)/g);
  return [...links].map(([, file = "", id = ""]) => [file === "" ? page : normalize(join(dirname(page), file)), id]);
}

/** The headings of a page, as GitHub names them in links. */
function headingsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```.*?^```$/gms, "");
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Files of the npm package, as paths from its root. */
function packedFiles(): string[] {
  const told = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const [pack] = JSON.parse(told) as [{ files: { path: string }[] }];
  return pack.files.map(({ path }) => path);
}

test(`README.md has at most ${README_BYTES} bytes`, () => {
  expect(readFileSync(join(ROOT, "README.md")).byteLength).toBeLessThanOrEqual(README_BYTES);
});

test.each(guides.filter((page) => !MADE.includes(page)))(`%s has at most ${PAGE_BYTES} bytes`, (page) => {
  expect(readFileSync(join(ROOT, page)).byteLength).toBeLessThanOrEqual(PAGE_BYTES);
});

test("at most 24 pages are written by hand", () => {
  expect(guides.filter((page) => !MADE.includes(page)).length).toBeLessThanOrEqual(24);
});

test("README.md shows the commands to begin with, by npm and by pip, before anything else in code", () => {
  const [, code] = /^```\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
  expect(code?.split("\n").map((line) => line.replace(/ +#.*/, ""))).toEqual([
    "npm ci && npx mmoe sweep --corr 0.5 --runs 8",
    "npm cit",
    "npm run wheel && pip install python/dist/*.whl",
    "",
  ]);
});

test("docs/README.md links every page of docs/, and README.md links it", () => {
  expect(guides.length).toBeGreaterThan(2);
  expect(["docs/README.md", ...linkedFrom("docs/README.md")]).toEqual(expect.arrayContaining(guides));
  expect(linkedFrom("README.md")).toContain("docs/README.md");
});

test("git keeps the figures of results/ that these pages show and Figure 2, and ignores others and reports", () => {
  const shown = [...pages.flatMap(linkedFrom), "results/figure2/figures/figure2.svg"].filter((target) =>
    /^results\/.*\/figures\/.*\.svg$/.test(target),
  );
  const kept = readFileSync(join(ROOT, ".gitignore"), "utf8").matchAll(/^!\/(results\/.*\/figures\/.*)\.\*$/gm);
  expect([...kept].map(([, name]) => `${name}.svg`).sort()).toEqual([...new Set(shown)].sort());
  const drawn = [
    "results/paper/figures/runs.svg",
    "results/paper/figures/figure5-running.png",
    "results/paper/report.html",
  ];
  const told = execFileSync("git", ["check-ignore", "--no-index", ...drawn], { cwd: ROOT, encoding: "utf8" });
  expect(told.trim().split("\n")).toEqual(drawn);
});

test("docs/tutorial.md shows the model of examples/python as it is", () => {
  const blocks = [...readFileSync(join(ROOT, "docs/tutorial.md"), "utf8").matchAll(/^```python\n(.*?)^```$/gms)].map(
    ([, code]) => code,
  );
  const [model] = blocks.filter((code) => code?.includes("class TaskEmbedding"));
  expect(readFileSync(join(ROOT, "examples/python/task_embedding.py"), "utf8")).toContain(model ?? "no such block");
});

describe("every relative link", () => {
  test.each([...pages, ...notPacked])("of %s leads to a file or folder", (page) => {
    expect(linkedFrom(page).filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
  });

  test.each([...pages, ...notPacked])("of %s with a # leads to a heading", (page) => {
    const wrong = anchorsFrom(page).filter(([file, id]) => !headingsOf(file).includes(id));
    expect(wrong).toEqual([]);
  });

  test("leads to one that the npm package has, too", () => {
    const files = packedFiles();
    const has = (target: string) => files.some((file) => file === target || file.startsWith(`${target}/`));
    expect(pages.filter((page) => !has(page))).toEqual([]);
    expect(pages.flatMap(linkedFrom).filter((target) => !has(target))).toEqual([]);
  });
});

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
  ["docs/README.md", "command", Object.keys(COMMANDS).map((name) => `mmoe ${name}`)],
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
