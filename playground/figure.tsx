import { h, type VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { frame } from "../src/figures/draw/figure.ts";
import { themeOf } from "../src/figures/draw/style.ts";
import { element, rounded, type SvgNode, svgText } from "../src/figures/draw/svg.ts";
import type { Figure } from "./draw.ts";

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
  return (
    <figure>
      <Drawing figure={figure} />
      <figcaption class="save">
        <span class="unseen">Save {title} as </span>
        {Object.entries(SAVE)
          .filter(([format]) => format !== "CSV" || figure.rows)
          .map(([format, save]) => (
            <button
              key={format}
              type="button"
              aria-label={`Save ${title} as ${format}`}
              onClick={() => void save(figure)}
            >
              {format}
            </button>
          ))}
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

/** What saves a figure, by the format. */
const SAVE: Readonly<Record<string, (figure: Figure) => unknown>> = {
  SVG: (figure) => save(new Blob([svgFile(figure)], { type: "image/svg+xml" }), `${figure.name}.svg`),
  PNG: savePng,
  CSV: ({ name, rows }) => save(new Blob([csvFile(rows?.() ?? [])], { type: "text/csv" }), `${name}.csv`),
};

/** Pixels of a PNG for each point of a figure. */
const PIXELS = 4;

/** A figure as a file, in the light theme. */
function svgFile({ words, width, height, nodes }: Figure): string {
  const theme = themeOf("light");
  const root = element("svg", { xmlns: "http://www.w3.org/2000/svg", ...frame(width, height, words) }, [
    element("title", {}, [words]),
    element("rect", { width, height, fill: theme.background }),
    ...nodes(theme),
  ]);
  return `${svgText(root)}\n`;
}

async function savePng(figure: Figure): Promise<void> {
  const [image, canvas] = [new Image(), document.createElement("canvas")];
  [canvas.width, canvas.height] = [figure.width * PIXELS, figure.height * PIXELS];
  image.src = `data:image/svg+xml,${encodeURIComponent(svgFile(figure))}`;
  await image.decode();
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && save(blob, `${figure.name}.png`));
}

function csvFile(rows: ReturnType<NonNullable<Figure["rows"]>>): string {
  const columns = Object.keys(rows[0] ?? {});
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))]
    .map((line) => `${line.join(",")}\n`)
    .join("");
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it late
}
