// A page for each folder of results/ that has runs, with its report and figures, and a gallery of all kinds of figures.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { main } from "../src/cli/main.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../src/figures/gallery.ts";
import { JOURNALS } from "../src/records/find-results.ts";
import { configIn } from "../src/records/read-results.ts";
import { provenancesIn } from "../src/records/writers.ts";
import { shellQuoted } from "../src/text.ts";
import { type Page, PUBLIC, ROOT } from "./pages.ts";

const KINDS = [...TRIAL_FIGURES, ...SWEEP_FIGURES];

interface Drawn {
  /** Of its kind, such as figure4. */
  readonly name: string;
  readonly file: string;
  readonly caption: string;
  readonly command: string;
}

interface Result {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly string[];
  readonly figures: readonly Drawn[];
  readonly hasReport: boolean;
}

/** Figures that the pages of results leave to the report: these kinds, and files of more bytes. The gallery has one of each kind. */
const LARGE = ["distributions", "runs", "train-heldout", "task-losses", "verdicts"];
const LARGEST = 30_000;
/** The gallery's figure of a kind is that of the first of these results that has one. */
const ORDER = ["paper", "figure2", "figure3", "census-1", "zoo", "why"];

/** The pages of all results, one of them without a report if it is named, and the gallery. */
export async function resultPages(withoutReport?: string): Promise<Page[]> {
  const names = readdirSync(join(ROOT, "results")).filter((name) => /journal|trials.yaml/.test(readdirSyncOf(name)));
  const results: Result[] = [];
  for (const name of names.sort()) results.push(await resultOf(name, name !== withoutReport));
  packReports(results.filter(({ hasReport }) => hasReport));
  const gallery = galleryOf(results);
  return [...results.map((result) => resultPage(withoutLarge(result, gallery))), galleryPage(gallery)];
}

/** One figure of each kind. */
function galleryOf(results: readonly Result[]): Drawn[] {
  const rank = ({ name }: Result) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const all = [...results].sort((a, b) => rank(a) - rank(b)).flatMap(({ figures }) => figures);
  return KINDS.flatMap(({ name }) => all.find((one) => one.name === name) ?? []);
}

/** The files of large figures that the gallery does not show go, too. */
function withoutLarge(result: Result, gallery: readonly Drawn[]): Result {
  const isLarge = ({ name, file }: Drawn) => LARGE.includes(name) || statSync(join(PUBLIC, file)).size > LARGEST;
  const large = result.figures.filter((figure) => isLarge(figure) && !gallery.includes(figure));
  for (const { file } of large) rmSync(join(PUBLIC, file));
  return { ...result, figures: result.figures.filter((figure) => !large.includes(figure)) };
}

function readdirSyncOf(name: string): string {
  return name.endsWith(".md") ? "" : readdirSync(join(ROOT, "results", name)).join(" ");
}

async function resultOf(name: string, hasReport: boolean): Promise<Result> {
  const folder = `results/${name}`;
  mkdirSync(join(PUBLIC, folder), { recursive: true });
  await mmoe("figures", folder, "-o", join(PUBLIC, folder));
  const figures = figuresIn(folder);
  if (name === "figure2") return { name, figures, ...trials(folder), hasReport: false };
  if (hasReport) await mmoe("report", folder, "-o", join(PUBLIC, folder, "report.html"));
  const provenances = provenancesIn(join(folder, JOURNALS), () => {});
  const commands = [...new Set(provenances.map(({ provenance }) => commandLine(provenance.argv)))];
  return { name, about: configIn(folder).about, commands, figures, hasReport };
}

function trials(folder: string) {
  const { argv } = JSON.parse(readFileSync(join(ROOT, folder, "provenance.json"), "utf8"));
  return { about: "Section 3.2 of the paper (Figure 2): label correlations of trials.", commands: [commandLine(argv)] };
}

const commandLine = (argv: readonly string[]) => ["mmoe", ...argv].map(shellQuoted).join(" ");

async function mmoe(...argv: string[]): Promise<void> {
  const stderr: string[] = [];
  const ignored = { on: () => {}, off: () => {}, exit: () => {}, env: {} };
  const code = await main([...argv, "--quiet"], {
    ...ignored,
    stdout: { write: (_, taken) => taken?.() },
    stderr: { write: (text) => stderr.push(text) },
  });
  if (code !== 0) throw new Error(`mmoe ${argv.join(" ")}: ${stderr.join("")}`);
}

/** The figures that were drawn, in the gallery's order; their numbers go, which the command of each figure writes. */
function figuresIn(folder: string): Drawn[] {
  const order = KINDS.map(({ name }) => name);
  const drawn = readdirSync(join(PUBLIC, folder))
    .filter((file) => file.endsWith(".svg"))
    .map((file) => {
      const name = order.filter((one) => file.startsWith(one)).sort((a, b) => b.length - a.length)[0];
      const caption = readFileSync(join(PUBLIC, folder, file.replace(".svg", ".txt")), "utf8").trim();
      return { name, file: `${folder}/${file}`, caption, command: `mmoe figures ${folder} --only ${name}` };
    });
  for (const file of readdirSync(join(PUBLIC, folder))) if (!file.endsWith(".svg")) rmSync(join(PUBLIC, folder, file));
  return drawn.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** What all reports have in common, each once: their fonts and their script. */
const COMMON = [/@font-face .*\n@font-face .*/, /(?<=<script type="module">).*(?=<\/script>)/s];

/** Turns reports into pages that unpack themselves, and what they have in common into one script. */
function packReports(results: readonly Result[]): void {
  const files = results.map(({ name }) => join(PUBLIC, "results", name, "report.html"));
  const reports = files.map((file) => readFileSync(file, "utf8"));
  const common = packed(JSON.stringify(COMMON.map((part) => part.exec(reports[0])?.[0])));
  writeFileSync(join(PUBLIC, "results/common.js"), `const common = "${common}";\n`);
  for (const [i, report] of reports.entries()) writeFileSync(files[i], unpacking(report));
}

/** A report as a page that unpacks itself: a third of its size. */
function unpacking(report: string): string {
  const [, title = ""] = /<title>(.*?)<\/title>/s.exec(report) ?? [];
  const own = COMMON.reduce((text, part, i) => text.replace(part, () => `\0${i}\0`), report);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body><main><noscript>This report is packed: it needs JavaScript.</noscript></main><script src="../common.js"></script><script>
const unpacked = (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};
Promise.all([unpacked(common).then(JSON.parse), unpacked("${packed(own)}")]).then(([parts, text]) => {
  document.open();
  document.write(text.replace(/\\0(\\d)\\0/g, (_, i) => parts[i]));
  document.close();
});
</script></body></html>
`;
}

function packed(text: string): string {
  return gzipSync(text, { level: 9 }).toString("base64");
}

function resultPage({ name, about, commands, figures, hasReport }: Result): Page {
  const report = `[The report](./${name}/report.html){target="_self"} has tables, tests and figures of all losses on one page.`;
  const parts = [
    `# results/${name}`,
    about,
    hasReport ? `${report} \`mmoe report results/${name}\` makes it.` : "",
    `${commands.length === 1 ? "This command" : "These commands"} trained it:`,
    ["```", ...commands, "```"].join("\n"),
    ...figures.map((figure) => figureText(figure, `## ${figure.name}`)),
    "[All results](./index.md)",
  ];
  return { path: `results/${name}.md`, text: parts.filter((part) => part !== "").join("\n\n") };
}

function figureText({ file, caption, command }: Drawn, heading: string): string {
  const [first = "", ...rest] = caption.split("\n");
  const alt = first.replaceAll(/[[\]]/g, "");
  return [
    heading,
    `![${alt}](/${file}){loading=lazy}`,
    plain([first, ...rest].join(" ")),
    ["```", command, "```"].join("\n"),
  ].join("\n\n");
}

function galleryPage(gallery: readonly Drawn[]): Page {
  const kinds = KINDS.flatMap(({ name, about }) => {
    const figure = gallery.find((one) => one.name === name);
    return figure ? [figureText(figure, `## ${name}: ${about}`)] : [];
  });
  const head = `# Gallery\n\nEvery kind of figure that \`mmoe figures\` draws, with the command that draws it from results in this repository.\n[figures.md](./figures.md) explains them and their options.`;
  return { path: "gallery.md", text: [head, ...kinds].join("\n\n") };
}

/** A caption as Markdown. */
function plain(text: string): string {
  return text.replaceAll(/[<>*_|[\]{}]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
