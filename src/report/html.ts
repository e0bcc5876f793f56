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
