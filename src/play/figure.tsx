import { h, type VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
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

/** The narrowest and the widest figure in points, and how many pixels a point then has at least: text of 7 points has 10 pixels. */
const [NARROWEST, WIDEST] = [200, 380];
const LEAST_PIXELS = 1.45;

/** A figure that is drawn for the width that it has, so that its text stays legible on a phone. */
export function FittedFigure({ figureOf, title }: { figureOf: (width: number) => Figure; title: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(WIDEST);
  useLayoutEffect(() => {
    const measure = () => {
      const points = Math.floor((place.current?.clientWidth ?? 0) / LEAST_PIXELS);
      setWidth(Math.max(NARROWEST, Math.min(WIDEST, points)));
    };
    const observer = new ResizeObserver(measure);
    measure();
    observer.observe(place.current as HTMLDivElement);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="fitted" ref={place}>
      <SavedFigure figure={figureOf(width)} title={title} />
    </div>
  );
}
