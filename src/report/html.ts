import { escaped } from "../figures/draw/svg.ts";

/** Markup that is safe in a page as it is. */
export interface Html {
  readonly markup: string;
}

export type Content = Html | string | number | readonly Content[];

/** Markup from a template. Values are escaped, unless they are markup themselves; lists are joined. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return markup(pieces.map((piece, i) => (i === 0 ? piece : written(contents[i - 1]) + piece)).join(""));
}

/** Text that is known to be markup: a figure's SVG. */
export function markup(text: string): Html {
  return { markup: text };
}

export const NOTHING = markup("");

function written(content: Content): string {
  if (typeof content === "string") return escaped(content);
  if (typeof content === "number") return String(content);
  return "markup" in content ? content.markup : content.map(written).join("");
}

/** A part of the page under a heading, which its links lead to. */
export function section(id: string, title: string, contents: Content): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${contents}
</section>
`;
}

/** A table that may be wider than the page: then it scrolls within its box, also by the keyboard. */
export function tableBox(label: string, table: Content): Html {
  return html`<div class="box" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** A table with one body in such a box. */
export function tableOf(label: string, head: Html, rows: Content, className?: string): Html {
  const named = className === undefined ? "" : html` class="${className}"`;
  return tableBox(
    label,
    html`<table${named}>
<thead>${head}</thead>
<tbody>${rows}</tbody>
</table>`,
  );
}

/** A row of headings, each for the column below it; those of `numbers` are columns of numbers. */
export function headRow(titles: readonly string[], numbers: readonly string[] = []): Html {
  return html`<tr>${titles.map((title) => html`<th scope="col"${numbers.includes(title) ? NUMBER : ""}>${title}</th>`)}</tr>`;
}

const NUMBER = html` class="number"`;

/** For no value. */
export const DASH = "–";

/** The places of the columns in which not every row has a dash. */
export function filledColumns(rows: readonly (readonly Content[])[]): number[] {
  return [...(rows[0] ?? []).keys()].filter((column) => rows.some((row) => row[column] !== DASH));
}

export function numberCell(text: Content): Html {
  return html`<td${NUMBER}>${text}</td>`;
}
