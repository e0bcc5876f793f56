import type { Picture } from "./figure.ts";
import { element, type SvgNode } from "./svg.ts";
import { FAMILY, SIZE } from "./text.ts";
import type { Theme } from "./theme.ts";

/** Contents of a page, and its size in points; a column wide by default. */
export interface Drawing {
  readonly nodes: readonly SvgNode[];
  readonly width?: number;
  readonly height: number;
}

interface PageOptions extends Omit<Picture, "root" | "width"> {
  readonly width?: number;
  readonly theme: Theme;
}

/** A picture of `nodes`, on a page of its own. */
export function page({ theme, width = theme.width, ...picture }: PageOptions, nodes: readonly SvgNode[]): Picture {
  const { name, title, caption } = picture;
  const height = Number(picture.height.toFixed(2)); // one that was stretched
  const root = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "figure",
      "data-figure": name,
      ...frame(width, height, title),
    },
    [
      element("title", {}, [title]),
      element("desc", {}, [caption]),
      element("rect", { class: "background", width, height, fill: theme.background }),
      ...nodes,
    ],
  );
  return { ...picture, width, height, root };
}

/** What the root of a picture says of its size, in points, of its texts, and to those who do not see it. */
export function frame(width: number, height: number, label: string) {
  return {
    viewBox: `0 0 ${width} ${height}`,
    width: `${width}pt`,
    height: `${height}pt`,
    "font-family": `${FAMILY}, sans-serif`,
    "font-size": SIZE,
    role: "img",
    "aria-label": label,
  };
}
