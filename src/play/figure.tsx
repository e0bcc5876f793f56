import { h, type VNode } from "preact";
import { rounded, type SvgNode } from "../figures/draw/svg.ts";
import { themeOf } from "../figures/draw/theme.ts";
import type { Figure } from "./draw.ts";
import { saveCsv, savePng, saveSvg } from "./saving.ts";

const PAGE = themeOf("page");

function markup(node: SvgNode | string): VNode | string {
  if (typeof node === "string") return node;
  const attributes = Object.entries(node.attributes).map(([name, value]) => [
    name,
    typeof value === "number" ? rounded(value) : value,
  ]);
  return h(node.name, Object.fromEntries(attributes), ...node.children.map(markup));
}

/** A figure as it is on the page. */
export function Drawing({ figure }: { figure: Figure }) {
  const { name, words, width, height, nodes } = figure;
  return (
    <svg
      class="drawing"
      data-figure={name}
      viewBox={`0 0 ${rounded(width)} ${rounded(height)}`}
      role="img"
      aria-label={words}
    >
      {nodes(PAGE).map(markup)}
    </svg>
  );
}

/** A figure, and buttons that save it. */
export function SavedFigure({ figure, title }: { figure: Figure; title: string }) {
  const { rows } = figure;
  return (
    <figure>
      <Drawing figure={figure} />
      <figcaption class="save">
        <span class="unseen">Save {title} as </span>
        <button type="button" aria-label={`Save ${title} as SVG`} onClick={() => saveSvg(figure)}>
          SVG
        </button>
        <button type="button" aria-label={`Save ${title} as PNG`} onClick={() => void savePng(figure)}>
          PNG
        </button>
        {rows && (
          <button type="button" aria-label={`Save ${title} as CSV`} onClick={() => saveCsv(figure.name, rows())}>
            CSV
          </button>
        )}
      </figcaption>
    </figure>
  );
}
