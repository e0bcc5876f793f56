import { element, svgText } from "../figures/draw/svg.ts";
import { FAMILY, SIZE } from "../figures/draw/text.ts";
import { themeOf } from "../figures/draw/theme.ts";
import type { Figure } from "./draw.ts";

/** Pixels of a PNG for each point of a figure. */
const PIXELS = 4;

/** A figure as a file, in the light theme. */
function svgFile({ words, width, height, nodes }: Figure): string {
  const theme = themeOf("light");
  const root = element(
    "svg",
    {
      ...{
        xmlns: "http://www.w3.org/2000/svg",
        viewBox: `0 0 ${width} ${height}`,
        width: `${width}pt`,
        height: `${height}pt`,
      },
      ...{ "font-family": `${FAMILY}, sans-serif`, "font-size": SIZE, role: "img", "aria-label": words },
    },
    [element("title", {}, [words]), element("rect", { width, height, fill: theme.background }), ...nodes(theme)],
  );
  return `${svgText(root)}\n`;
}

export function saveSvg(figure: Figure): void {
  save(new Blob([svgFile(figure)], { type: "image/svg+xml" }), `${figure.name}.svg`);
}

export async function savePng(figure: Figure): Promise<void> {
  const [image, canvas] = [new Image(), document.createElement("canvas")];
  [canvas.width, canvas.height] = [figure.width * PIXELS, figure.height * PIXELS];
  image.src = `data:image/svg+xml,${encodeURIComponent(svgFile(figure))}`;
  await image.decode();
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && save(blob, `${figure.name}.png`));
}

type Row = Readonly<Record<string, string | number>>;

function csvFile(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))]
    .map((line) => `${line.join(",")}\n`)
    .join("");
}

export function saveCsv(name: string, rows: readonly Row[]): void {
  save(new Blob([csvFile(rows)], { type: "text/csv" }), `${name}.csv`);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it late
}
