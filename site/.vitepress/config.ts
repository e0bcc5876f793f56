import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DefaultTheme, defineConfig } from "vitepress";
import { COMMANDS } from "../../src/cli/commands.ts";
import { PAGES, ROOT } from "../pages.ts";
import { GROUPS } from "../settings.ts";

/** Pages by what one wants, as docs/README.md lists them. */
function guides(): DefaultTheme.SidebarItem[] {
  const [first, ...wishes] = readFileSync(join(ROOT, "docs/README.md"), "utf8").split(/^## /m);
  const seen = new Set<string>();
  const sections = [`Start\n${first}`, ...wishes].map((section) => ({
    text: section.slice(0, section.indexOf("\n")),
    items: [...section.matchAll(/\[[^\]]+\]\(([\w-]+)\.md\)/g)]
      .map(([, name]) => name as string)
      .filter((name) => !seen.has(name) && seen.add(name))
      .map((name) => ({ text: titleOf(`${name}.md`), link: `/${name}` })),
  }));
  return sections.filter(({ items }) => items.length > 0);
}

function titleOf(path: string): string {
  const [, title = path] = /^# (.*)$/m.exec(readFileSync(join(PAGES, path), "utf8")) ?? [];
  return title.replaceAll("`", "");
}

function results(): DefaultTheme.SidebarItem[] {
  const names = readdirSync(join(PAGES, "results")).filter((file) => file !== "index.md");
  const of = names.map((file) => ({ text: file.replace(".md", ""), link: `/results/${file.replace(".md", "")}` }));
  return [{ text: "All results", link: "/results/" }, { text: "Gallery of figures", link: "/gallery" }, ...of];
}

const COMMAND_PAGES = [
  { text: "Which command do I want?", link: "/all-pages#which-command-do-i-want" },
  ...Object.keys(COMMANDS).map((name) => ({ text: `mmoe ${name}`, link: `/commands/${name}` })),
];

const SETTING_PAGES = [
  { text: "All settings", link: "/settings" },
  ...Object.entries(GROUPS).map(([group, { title }]) => ({ text: title, link: `/settings/${group}` })),
];

const MARK_TEXT = readFileSync(join(ROOT, "site/.vitepress/theme/mark.svg"), "utf8").trim();
/** Three experts that two tasks share. */
const MARK = `data:image/svg+xml,${encodeURIComponent(MARK_TEXT)}`;

const GUIDES = { text: "Guides", link: "/all-pages" };

/** As GitHub names a heading in links, so that a link works in both. */
const slugify = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");

/** In a file without a server, links from the root become links from the page, and a folder's become those of its index. */
const WITHOUT_SERVER = `if (location.protocol === "file:") {
  document.documentElement.classList.add("without-server");
  for (const one of document.querySelectorAll("a[href], link[href], img[src]")) {
    const name = one.hasAttribute("href") ? "href" : "src";
    const to = one.getAttribute(name).replace(/^BASE/, UP);
    if (!/^(#|[a-z]+:)/.test(to)) one.setAttribute(name, to.replace(/\\/(#|$)/, "/index.html$1"));
  }
}`;

/** The first page has its styles inside and fetches its scripts last, so that it shows at once over a slow line. */
function quick(html: string, outDir: string, base: string): string {
  const [link = "", href = ""] = /<link rel="preload stylesheet" href="([^"]+)"[^>]*>/.exec(html) ?? [];
  const style = readFileSync(join(outDir, href.slice(base.length)), "utf8");
  const withStyle = html.replace(link, () => `<style>${style}</style>`);
  return withStyle.replaceAll(/<link rel="modulepreload"[^>]*>|<link [^>]*vp-icons.css"[^>]*>/g, ""); // there are no icons
}

export default defineConfig({
  title: "mmoe",
  description: "A command-line test bench for multi-task learning",
  lang: "en",
  srcDir: "pages",
  metaChunk: true, // once, not in every page
  outDir: "out",
  vite: { build: { reportCompressedSize: false } },
  head: [["link", { rel: "icon", type: "image/svg+xml", href: MARK }]],
  markdown: { anchor: { slugify }, theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } },
  themeConfig: {
    logo: { src: MARK, alt: "" },
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Start", link: "/tutorial" },
      { text: "Playground", link: "/play.html", target: "_self" },
      { text: "Results", link: "/results/" },
      { text: "Gallery", link: "/gallery" },
      { text: "Commands", link: "/all-pages#which-command-do-i-want" },
      { text: "Changes", link: "/changelog" },
    ],
    sidebar: {
      "/": guides(),
      "/commands/": [GUIDES, { text: "Commands", items: COMMAND_PAGES }],
      "/settings/": [GUIDES, { text: "Settings", items: SETTING_PAGES }],
      "/results/": [GUIDES, { text: "Results", items: results() }],
      "/gallery": [GUIDES, { text: "Results", items: results() }],
    },
  },
  transformHtml(html, id, { siteConfig: { outDir, site } }) {
    const path = id.slice(outDir.length).replace(/^\//, "");
    const up = JSON.stringify("../".repeat(path.split("/").length - 1) || "./");
    const script = WITHOUT_SERVER.replace("UP", up).replace("BASE", site.base.replaceAll("/", "\\/"));
    const page = path === "index.html" ? quick(html, outDir, site.base) : html;
    return page.replace("</body>", () => `<script>${script}</script></body>`);
  },
});
