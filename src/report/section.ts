import { type Content, type Html, html } from "./html.ts";

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
