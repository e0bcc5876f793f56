// The repository's pages as pages of the site: their links lead to pages of the site, or to files that it brings along.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { pageVariables } from "../src/figures/draw/style.ts";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Where pages are gathered, for VitePress to read. */
export const PAGES = join(ROOT, "site/pages");
/** What the site serves as it is. */
export const PUBLIC = join(PAGES, "public");

export interface Page {
  /** Below `site/pages`. */
  readonly path: string;
  readonly text: string;
}

/** Pages outside docs/, by their path in the repository; a folder stands for the page about it. */
const OTHERS: Readonly<Record<string, string>> = {
  "README.md": "index.md",
  "docs/README.md": "all-pages.md",
  "CONTRIBUTING.md": "contributing.md",
  "CHANGELOG.md": "changelog.md",
  "bench/README.md": "benchmarks.md",
  "results/README.md": "results/index.md",
  "results/published/README.md": "results/published.md",
  "results/published": "results/published.md",
  "results/regimes": "when-to-share.md",
  "results/tables": "real-rows.md",
  "results/fronts": "methods.md",
  "examples/census/README.md": "census.md",
  examples: "examples.md",
};

/** Where the site shows what the repository has at `path`; nothing if it is a file like others. */
function pageOf(path: string): string | undefined {
  if (OTHERS[path] !== undefined) return OTHERS[path];
  const [, name] = /^docs\/([\w-]+\.md)$/.exec(path) ?? [];
  if (name !== undefined) return name;
  return /^results\/[\w-]+$/.test(path) ? `${path}.md` : undefined;
}

/** What other parts of the build make: the playground, and reports. */
const MADE = /^play\.html$|^results\/[\w-]+\/report\.html$/;

export function repositoryPages(): Page[] {
  const docs = readdirSync(join(ROOT, "docs")).filter((file) => file.endsWith(".md"));
  const sources = [...docs.map((file) => `docs/${file}`), ...Object.keys(OTHERS)].filter((path) =>
    path.endsWith(".md"),
  );
  const pages = [...new Set(sources)].filter((path) => path !== "README.md").map(repositoryPage);
  return [...pages, firstPage(), examplesPage()];
}

function repositoryPage(source: string): Page {
  const path = pageOf(source) as string;
  return { path, text: withLinks(readFileSync(join(ROOT, source), "utf8"), source, path) };
}

/** site/index.md, whose links are those of a file in site/. */
function firstPage(): Page {
  return {
    path: "index.md",
    text: withLinks(readFileSync(join(ROOT, "site/index.md"), "utf8"), "site/index.md", "index.md"),
  };
}

function examplesPage(): Page {
  const files = ["examples", "examples/python"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  );
  const links = files.filter((file) => statSync(join(ROOT, file)).isFile()).map((file) => `- [${file}](../${file})`);
  const text = `# Examples\n\nPrograms, models, tables and configs. The guides explain them.\n\n${links.join("\n")}\n`;
  return { path: "examples.md", text: withLinks(text, "site/examples.md", "examples.md") };
}

/** A page's text with links for the site: outside of code, and without the marks of checked numbers. */
function withLinks(text: string, source: string, path: string): string {
  return text
    .split(/(^```.*?^```$|`[^`\n]*`)/ms)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : withoutMarks(part)
            .replaceAll(/\]\(([^)\s]+)\)/g, (_, target) => `](${targetOf(target, source, path)}`)
            .replaceAll(/!\[([^\]]*)\]\(\/([^)\s]+\.svg)\)/g, (_, about, file) => figure(about, file, path)),
    )
    .join("");
}

const withoutMarks = (text: string) => text.replaceAll(/\n? *<!--.*?-->/gs, "");

/** What follows `](`: a page of the site, or a file that it brings along and that the browser opens by itself. */
function targetOf(target: string, source: string, path: string): string {
  if (/^[a-z]+:|^#/.test(target)) return `${target})`;
  const [file = "", hash = ""] = target.split("#");
  const found = posix.normalize(posix.join(posix.dirname(source), file)).replace(/\/$/, "");
  const up = upFrom(path);
  if (MADE.test(found)) return `${up}/${found})`;
  const page = pageOf(found);
  if (page !== undefined) return `${up}/${page}${hash === "" ? "" : `#${hash}`})`;
  if (!existsSync(join(ROOT, found))) throw new Error(`${source}: ${target} does not exist`);
  const copy = join("files", found);
  cpSync(join(ROOT, found), join(PUBLIC, copy), { recursive: true });
  if (found.endsWith(".svg")) followPage(join(PUBLIC, copy));
  if (/\.(svg|jpg|png|webp)$/.test(found)) return `/${copy})`;
  return `${up}/${copy}){target="_self"}`;
}

/** The colours of a figure in the light, each with that in the dark. */
const COLOURS = (() => {
  const [light = [], dark = []] = (["light", "dark"] as const).map(
    (theme) => pageVariables(theme).match(/#\w+/g) ?? [],
  );
  return new Map(light.map((colour, i) => [colour, dark[i]]));
})();

/** Gives an SVG file the dark theme's colours for where the page around it is dark: browsers tell a picture by `color-scheme`. */
export function followPage(file: string): void {
  const svg = readFileSync(file, "utf8").trimEnd();
  const used = [...COLOURS].filter(([light]) => svg.includes(`"${light}"`));
  const rules = used.map(([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`);
  const style = `<style>@media screen and (prefers-color-scheme:dark){${rules.join("")}}</style>`;
  writeFileSync(file, `${svg.slice(0, -"</svg>".length)}${style}</svg>\n`);
}

/** Figures are drawn for paper, with texts of 7 pt, and shown larger on a screen: with texts of 14 px; of 11 px on a phone, where they scroll. */
const [POINTS, PIXELS, PHONE_PIXELS] = [7, 14, 11];

/**
 * An SVG file on a page as Markdown, which leads to the file alone: with its size, so that nothing moves when it has come, and its width
 * on a phone.
 */
export function figure(about: string, file: string, page: string): string {
  const svg = readFileSync(join(PUBLIC, file), "utf8");
  const [, ...points] = /width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg) ?? [];
  const pixels = (text: number) => points.map((length) => Math.ceil((Number(length) * text) / POINTS));
  const [width, height] = pixels(PIXELS);
  const [readable] = pixels(PHONE_PIXELS);
  const picture = `![${about}](/${file}){width=${width} height=${height} style="--readable:${readable}px" loading=lazy}`;
  return `[${picture}](${upFrom(page)}/${file}){target="_self"}`;
}

/** From a page to the root. */
const upFrom = (page: string) => posix.relative(posix.dirname(page), ".") || ".";

export function write({ path, text }: Page): void {
  const file = join(PAGES, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
