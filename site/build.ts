// `npm run site`: the pages of docs/, one for each command, settings group and results folder, and the playground, as a static
// site in site/out. `npm run site -- --base /mmoe/` makes it for a path below a server's root.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vitepress";
import { wholeProgram } from "../src/cli/main.ts";
import { effectsOf } from "../src/cli/process-effects.ts";
import { commandPages } from "./commands.ts";
import { PAGES, PUBLIC, ROOT, repositoryPages, write } from "./pages.ts";
import { resultPages } from "./results.ts";
import { settingPages } from "./settings.ts";

const { values } = parseArgs({
  options: {
    base: { type: "string", default: "/" },
    out: { type: "string" },
    "keep-results": { type: "boolean" }, // those of the last time: to draw them takes minutes
    "without-report": { type: "string" }, // of results whose report takes long
  },
});
if (!/^\/(.*\/)?$/.test(values.base)) {
  console.error(`--base: expected a path between slashes such as /mmoe/, got '${values.base}'`);
  process.exit(2);
}

const kept = values["keep-results"] ? ["public", "results", "gallery.md"] : [];
mkdirSync(PUBLIC, { recursive: true });
for (const name of readdirSync(PAGES)) if (!kept.includes(name)) rmSync(join(PAGES, name), { recursive: true });
mkdirSync(PUBLIC, { recursive: true });
for (const page of repositoryPages()) write(page);
for (const page of [...commandPages(await wholeProgram(effectsOf(process))), ...settingPages()]) write(page);
if (!values["keep-results"]) for (const page of await resultPages(values["without-report"])) write(page);
const play = readFileSync(join(ROOT, "dist/play/index.html"), "utf8");
writeFileSync(
  join(PUBLIC, "play.html"),
  play.replace("<body>", `<body><nav aria-label="Site"><a href="./index.html">mmoe: all pages</a></nav>`),
);
await build(join(ROOT, "site"), { base: values.base, ...(values.out ? { outDir: values.out } : {}) });
