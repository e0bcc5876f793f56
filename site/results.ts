// A page for each folder of results/ that has runs, with its report and figures, and a gallery of all kinds of figures.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { capitalised } from "../src/figures/draw/words.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../src/figures/gallery.ts";
import { JOURNALS } from "../src/records/find-results.ts";
import { configIn } from "../src/records/read-results.ts";
import { provenancesIn } from "../src/records/writers.ts";
import { shellQuoted } from "../src/text.ts";
import { figure, followPage, type Page, PUBLIC, ROOT } from "./pages.ts";

const KINDS = [...TRIAL_FIGURES, ...SWEEP_FIGURES];

interface Drawn {
  /** Of its kind, such as figure4. */
  readonly name: string;
  readonly title: string;
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
  const names = committedRuns();
  const largestFirst = names.toSorted((a, b) => bytesOf(b) - bytesOf(a));
  const reports = largestFirst.filter((name) => name !== "figure2" && name !== withoutReport);
  for (const name of names) mkdirSync(join(PUBLIC, "results", name), { recursive: true });
  await onAllCores([
    ...reports.map((name) => ["report", name, "report.html"] as const),
    ...largestFirst.map((name) => ["figures", name, "", "--width", WIDTH] as const),
    ["figures", "paper", "", "--only", "verdicts"], // of a fixed width
  ]);
  const results = names.map((name) => resultOf(name, reports.includes(name)));
  const gallery = galleryOf(results);
  return [...results.map((result) => resultPage(withoutLarge(result, gallery))), galleryPage(gallery)];
}

/** The folders of results/ whose runs or trials git has: others are a developer's own. */
function committedRuns(): string[] {
  const files = execFileSync("git", ["ls-files", "results"], { cwd: ROOT, encoding: "utf8" }).split("\n");
  const names = files.flatMap((file) => /^results\/([\w-]+)\/(?:journal\/|trials\.yaml)/.exec(file)?.[1] ?? []);
  return [...new Set(names)];
}

/** How much there is to read: what takes long is to begin first, lest one process ends long after the others. */
function bytesOf(name: string): number {
  const journal = join(ROOT, "results", name, "journal");
  const files = existsSync(journal) ? readdirSync(journal) : [];
  return files.reduce((sum, file) => sum + statSync(join(journal, file)).size, 0);
}

/** The column of a page, where figures are enlarged. */
const WIDTH = "320pt";
/** More processes would take more memory than they save time. */
const MOST_AT_ONCE = 8;

/** A command, what it draws, the file that it writes if that is one, and options. */
type Call = readonly [command: string, name: string, file: string, ...options: string[]];

/** Calls `mmoe figures` and `mmoe report`, each in a process of its own, and says what each took. */
async function onAllCores(calls: readonly Call[]): Promise<void> {
  const next = calls.values();
  let done = 0;
  const core = async () => {
    for (const [command, name, file, ...options] of next) {
      const start = performance.now();
      await mmoe(command, `results/${name}`, ...options, "-o", join(PUBLIC, "results", name, file));
      const seconds = Math.round((performance.now() - start) / 1000);
      console.log(`mmoe ${command} results/${name}: ${seconds} s (${++done} of ${calls.length})`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), MOST_AT_ONCE) }, core));
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

function resultOf(name: string, hasReport: boolean): Result {
  const folder = `results/${name}`;
  const figures = figuresIn(folder);
  if (name === "figure2") return { name, figures, ...trials(folder), hasReport };
  if (hasReport) withWayHome(join(PUBLIC, folder, "report.html"), name);
  const provenances = provenancesIn(join(folder, JOURNALS), () => {});
  const commands = [...new Set(provenances.map(({ provenance }) => commandLine(provenance.argv)))];
  return { name, about: configIn(folder).about, commands, figures, hasReport };
}

function trials(folder: string) {
  const { argv } = JSON.parse(readFileSync(join(ROOT, folder, "provenance.json"), "utf8"));
  return { about: "Section 3.2 of the paper (Figure 2): label correlations of trials.", commands: [commandLine(argv)] };
}

const commandLine = (argv: readonly string[]) => ["mmoe", ...argv].map(shellQuoted).join(" ");

/** The built program. */
async function mmoe(...argv: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, "bin/mmoe.js"), ...argv, "--quiet"], { cwd: ROOT });
}

/** The figures that were drawn, in the gallery's order; their numbers go, which the command of each figure writes. */
function figuresIn(folder: string): Drawn[] {
  const order = KINDS.map(({ name }) => name);
  const drawn = readdirSync(join(PUBLIC, folder))
    .filter((file) => file.endsWith(".svg"))
    .map((file) => {
      const name = order.filter((one) => file.startsWith(one)).sort((a, b) => b.length - a.length)[0];
      const caption = readFileSync(join(PUBLIC, folder, file.replace(".svg", ".txt")), "utf8").trim();
      followPage(join(PUBLIC, folder, file));
      const svg = readFileSync(join(PUBLIC, folder, file), "utf8");
      const title = /<title>(.*?)<\/title>/s.exec(svg)?.[1] ?? name;
      return { name, title, file: `${folder}/${file}`, caption, command: `mmoe figures ${folder} --only ${name}` };
    });
  for (const file of readdirSync(join(PUBLIC, folder)))
    if (!/\.svg$|^report/.test(file)) rmSync(join(PUBLIC, folder, file));
  return drawn.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** A report leads back to the page of its results. */
function withWayHome(file: string, name: string): void {
  const report = readFileSync(file, "utf8");
  const home = `<p class="kicker"><a href="../../index.html">mmoe</a> / <a href="../${name}.html">${name}</a></p>\n<h1>`;
  writeFileSync(
    file,
    report.replace(/<p class="kicker">.*<\/p>\n<h1>/, () => home),
  );
}

function resultPage({ name, about, commands, figures, hasReport }: Result): Page {
  const path = `results/${name}.md`;
  const report = `[The report](./${name}/report.html){target="_self"} has tables, tests and figures of all losses on one page.`;
  const parts = [
    `# The sweep ${name}`,
    plain(about),
    hasReport ? `${report} \`mmoe report results/${name}\` makes it.` : "",
    `${commands.length === 1 ? "This command" : "These commands"} trained it:`,
    ["```", ...commands, "```"].join("\n"),
    ...figures.map((one) => figureText(one, `## ${plain(one.title)}`, path)),
    "[All results](./index.md)",
  ];
  return { path, text: parts.filter((part) => part !== "").join("\n\n") };
}

function figureText({ file, caption, command }: Drawn, heading: string, page: string): string {
  const [first = "", ...rest] = caption.split("\n");
  const about = first.replaceAll(/[[\]]/g, "");
  return [heading, figure(about, file, page), plain(rest.join(" ")), ["```", command, "```"].join("\n")].join("\n\n");
}

function galleryPage(gallery: readonly Drawn[]): Page {
  const kinds = KINDS.flatMap(({ name, about }) => {
    const drawn = gallery.find((one) => one.name === name);
    return drawn ? [figureText(drawn, `## ${plain(capitalised(about))}`, "gallery.md")] : [];
  });
  const head = `# Gallery\n\nEvery kind of figure that \`mmoe figures\` draws, with the command that draws it from results in this repository.\nHere they are drawn with \`--width ${WIDTH}\`. [figures.md](./figures.md) explains them and their options.`;
  return { path: "gallery.md", text: [head, ...kinds].join("\n\n") };
}

/** A caption as Markdown. */
function plain(text: string): string {
  return text.replaceAll(/[<>*_|[\]{}]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
