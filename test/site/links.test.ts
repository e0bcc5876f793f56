// Every link, anchor and picture of every page of the site, in its files.
import { statSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { SETTING_KEYS } from "../../src/config/schema.ts";
import { BASE, files, OUT, pages, textOf } from "./site.ts";

/** Without the report of results/zoo, which has some 8 MB and is left out here. */
const MOST_BYTES = 40_000_000;

const all = new Set(files());

/** Where the links and pictures of a page lead, as files of the site and anchors in them. */
function targetsOf(page: string): { file: string; anchor: string }[] {
  const found = textOf(page).matchAll(/<(?:a|img|link|script|source)\b[^>]*?\b(?:href|src)="([^"]*)"/g);
  return [...found].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", anchor = ""] = target.replace(/&amp;/g, "&").split("#");
    const folder = posix.join(BASE, posix.dirname(page), "/");
    const absolute = path === "" ? `${BASE}${page}` : posix.join(path.startsWith("/") ? "" : folder, path);
    const file = absolute.startsWith(BASE) ? absolute.slice(BASE.length).replace(/(^|\/)$/, "$1index.html") : absolute;
    return [{ file, anchor: decodeURIComponent(anchor) }];
  });
}

const idsOf = new Map<string, Set<string>>();
function hasAnchor(file: string, anchor: string): boolean {
  const ids = idsOf.get(file) ?? new Set([...textOf(file).matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id));
  idsOf.set(file, ids);
  return anchor === "" || ids.has(anchor);
}

test("every link and picture leads to a file of the site, and every link to a heading to one", () => {
  const isBroken = ({ file, anchor }: { file: string; anchor: string }) =>
    !all.has(file) || (file.endsWith(".html") && !hasAnchor(file, anchor));
  const broken = pages().flatMap((page) =>
    targetsOf(page)
      .filter(isBroken)
      .map(({ file, anchor }) => `${page}: ${file}#${anchor}`),
  );
  expect(broken).toEqual([]);
});

test("each command has a page, each setting a heading, and each result a report", () => {
  for (const name of Object.keys(COMMANDS)) expect(textOf(`commands/${name}.html`)).toContain(`mmoe ${name}`);
  const settings = pages().filter((page) => page.startsWith("settings/"));
  const ids = settings.flatMap((page) => [...textOf(page).matchAll(/<h2 id="([^"]*)"/g)].map(([, id]) => id));
  expect(ids.sort()).toEqual(SETTING_KEYS.map((key) => key.toLowerCase().replaceAll(".", "")).sort());
  expect([...all].filter((file) => file.endsWith("/report.html")).length).toBeGreaterThan(9);
});

test(`all files have at most ${MOST_BYTES} bytes`, () => {
  const bytes = [...all].map((file) => statSync(join(OUT, file)).size);
  expect(bytes.reduce((a, b) => a + b)).toBeLessThanOrEqual(MOST_BYTES);
});
