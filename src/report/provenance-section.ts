import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Provenance } from "../records/provenance.ts";
import { trainersOf, trainerText } from "../records/writers.ts";
import { groupBy } from "../stats/group-by.ts";
import { listed, shellQuoted } from "../text.ts";
import { type Html, headRow, html, NOTHING, section, tableOf } from "./html.ts";

/** Most command lines that are shown; a job array has one for each shard. */
const SHOWN = 20;

/** Provenance of the records: one row for all processes that were alike. */
export function provenanceSection(provenances: readonly Provenance[]): Html {
  if (provenances.length === 0) {
    return section(
      "provenance",
      "Provenance",
      html`<p>Nothing was recorded about the processes that trained these runs.</p>`,
    );
  }
  const alike = groupBy(provenances, ({ mmoe, node, engine, device, beside, system, cpu, cores }) =>
    JSON.stringify([mmoe, node, engine, device, beside, system, cpu, cores]),
  );
  const head = headRow(["mmoe", "Engine", "Machine", "System", "Processes", "From", "To"]);
  return section("provenance", "Provenance", [
    tableOf("Processes", head, [...alike.values()].map(processRow)),
    commandLines(provenances),
    dependencies(provenances),
  ]);
}

function processRow(processes: readonly Provenance[]): Html {
  const { mmoe, node, system, cpu, cores } = processes[0];
  const engines = trainersOf(processes[0]).map(trainerText).join(", ");
  const hosts = [...new Set(processes.map(({ host }) => host))];
  const ends = processes.map(({ end }) => end);
  const running = ends.filter((end) => end === null).length;
  const last = ends
    .filter((end) => end !== null)
    .sort()
    .at(-1);
  const from = processes[0]?.start ?? "";
  return html`<tr><th scope="row">${mmoe.version}, ${buildText(mmoe)}</th>
<td>${engines}</td><td>${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}</td><td>${system}, Node ${node}</td>
<td>${processes.length} on ${hosts.length > 3 ? `${hosts.length} hosts` : hosts.join(", ")}</td>
<td>${timeText(from)}</td><td>${last === undefined ? "" : timeText(last)}${running > 0 ? html` <span>(${running} had no end yet)</span>` : ""}</td></tr>
`;
}

function buildText({ commit, dirty }: Provenance["mmoe"]): Html {
  if (commit === null) return html`its commit is not known`;
  return html`commit <code title="${commit}">${commit.slice(0, 8)}</code>${dirty ? " with changes" : ""}`;
}

/** 2026-11-25T09:02:14.069Z as 2026-11-25 09:02 UTC. */
function timeText(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}

function commandLines(provenances: readonly Provenance[]): Html {
  const lines = groupBy(provenances, ({ argv }) => ["mmoe", ...argv].map(shellQuoted).join(" "));
  const shown = [...lines].slice(0, SHOWN);
  const more = lines.size - shown.length;
  return html`<h3>${lines.size === 1 ? "Command" : "Commands"}</h3>
<ul class="commands">${shown.map(([line, { length }]) => html`<li><code>${line}</code>${length > 1 ? ` (${length} times)` : ""}</li>`)}</ul>
${more > 0 ? html`<p>And ${more} more.</p>` : ""}`;
}

function dependencies(provenances: readonly Provenance[]): Html {
  const versions = new Set(
    provenances.flatMap((one) => Object.entries(one.dependencies).map(([name, version]) => `${name} ${version}`)),
  );
  if (versions.size === 0) return NOTHING;
  return html`<details><summary>Packages that mmoe used</summary><p>${[...versions].sort().join(", ")}</p></details>`;
}

/** What the package's CITATION.cff says, as far as the page needs it. */
interface Citation {
  readonly title: string;
  readonly version: string;
  readonly authors: readonly Person[];
  readonly references: readonly [
    {
      readonly title: string;
      readonly authors: readonly Person[];
      readonly year: number;
      readonly doi: string;
      readonly "collection-title": string;
      readonly start: number;
      readonly end: number;
    },
  ];
}

interface Person {
  readonly name?: string;
  readonly "family-names"?: string;
  readonly "given-names"?: string;
}

/** When a process trained runs, and by which version. */
type TrainingDates = Pick<Provenance, "mmoe" | "start" | "end">;

/** How to cite the program and the paper, and when and by which versions the runs were trained. */
export function citeSection(provenances: readonly TrainingDates[]): Html {
  const { title, version, authors, references } = parse(
    readFileSync(new URL("../../CITATION.cff", import.meta.url), "utf8"),
  ) as Citation;
  const [paper] = references;
  const bibtex = [
    entry("software", "mmoe", { title, author: `{${namesOf(authors)}}`, version }),
    entry("inproceedings", "ma2018mmoe", {
      title: paper.title,
      author: namesOf(paper.authors),
      booktitle: paper["collection-title"].replace("&", "\\&"),
      year: String(paper.year),
      pages: `${paper.start}--${paper.end}`,
      doi: paper.doi,
    }),
  ].join("\n\n");
  return section(
    "cite",
    "How to cite",
    html`<p>${trainedText(provenances)}This page was drawn by mmoe ${version}.</p>
<p>Cite the program, with the version that trained the runs, and the paper: ${shortNames(paper.authors)} (${paper.year}): ${paper.title}. ${paper["collection-title"]}, pages ${paper.start}–${paper.end}. doi: ${paper.doi}</p>
<pre class="box" tabindex="0" role="region" aria-label="BibTeX"><code>${bibtex}</code></pre>
`,
  );
}

/** `The runs were trained from 2026-11-20 to 2026-11-21 by mmoe 0.1.0. `; nothing if that was not recorded. */
function trainedText(provenances: readonly TrainingDates[]): string {
  if (provenances.length === 0) return "";
  const days = provenances
    .flatMap(({ start, end }) => [start, end ?? start])
    .map((time) => time.slice(0, 10))
    .sort();
  const [first, last] = [days[0], days.at(-1)];
  const versions = [...new Set(provenances.map(({ mmoe }) => mmoe.version))].sort();
  return `The runs were trained ${first === last ? `on ${first}` : `from ${first} to ${last}`} by mmoe ${listed(versions)}. `;
}

function entry(type: string, key: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}}`);
  return `@${type}{${key},\n${lines.join(",\n")}\n}`;
}

function namesOf(people: readonly Person[]): string {
  return people.map((one) => one.name ?? `${one["family-names"]}, ${one["given-names"]}`).join(" and ");
}

function shortNames(people: readonly Person[]): string {
  return listed(people.map((one) => one.name ?? `${one["given-names"]} ${one["family-names"]}`));
}
