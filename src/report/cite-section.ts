import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { listed } from "../listed.ts";
import type { Provenance } from "../records/provenance.ts";
import { type Html, html } from "./html.ts";
import { section } from "./section.ts";

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

/** When and by which version runs were trained. */
type Trained = Pick<Provenance, "mmoe" | "start" | "end">;

/** How to cite the program and the paper, and when and by which versions the runs were trained. */
export function citeSection(provenances: readonly Trained[]): Html {
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
function trainedText(provenances: readonly Trained[]): string {
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
