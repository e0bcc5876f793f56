// Runs in the page: draws a figure again, without the models and correlations that the reader has hidden.
import type { LossUnit } from "../config/losses.ts";
import {
  doneCells,
  isShown,
  type LeftOut,
  partWords,
  type Sweep,
  type SweepFacts,
  withoutCells,
} from "../figures/draw/facts.ts";
import { type FigureChoices, isUnavailable } from "../figures/draw/figure.ts";
import { element, type SvgNode, svgText } from "../figures/draw/svg.ts";
import { ROW_FIGURES } from "../figures/kinds/list.ts";

/** What a page holds of a sweep; the paper's curves are in a table. */
export interface PageSweep extends Omit<SweepFacts, "paper"> {
  readonly unit: LossUnit;
  /** Place of the table with the paper's curves. */
  readonly paperTable: number;
}

/** A row of a figure's table, by column: null where there is no value, also where that was no number. */
export type PageRow = Readonly<Record<string, string | number | null>>;

export interface Redrawing {
  readonly name: string;
  readonly rows: readonly PageRow[];
  readonly sweep: PageSweep;
  readonly paper: readonly PageRow[];
  readonly curvesOf: Sweep["curvesOf"];
  readonly hidden: LeftOut;
  readonly choices: Omit<FigureChoices, "theme">;
}

/** A figure's new picture, or why there is none. */
export type Redrawn = DrawnAgain | { readonly lacking: string };

interface DrawnAgain {
  readonly title: string;
  readonly caption: string;
  readonly picture: string;
  /** The rows that it is drawn of, with the paper's column if its points are drawn. */
  readonly rows: readonly PageRow[];
}

export function isRedrawable(name: string): boolean {
  return ROW_FIGURES.some((figure) => figure.name === name);
}

export function redrawn({ name, rows, hidden, choices, ...rest }: Redrawing): Redrawn {
  const sweep = withoutCells(sweepOf(rest), hidden);
  if (doneCells(sweep).length === 0) return { lacking: "everything is hidden" };
  const { unit, rowsFile } = rest.sweep;
  const shown = rows.map((row) => ({ row, values: valuesOf(row) })).filter(({ values }) => isShown(values, hidden));
  const drawn = shown.map(({ values }) => values);
  const found = ROW_FIGURES.find((figure) => figure.name === name)?.drawnAgain(drawn, sweep, {
    ...choices,
    unit,
    fits: rowsFile !== null,
    theme: "page",
  });
  if (found === undefined || isUnavailable(found)) return { lacking: found?.lacking ?? `no figure is named ${name}` };
  const { title, caption, root } = found;
  return {
    title,
    caption: unbroken(caption),
    picture: pictureText(root),
    rows: shown.map(({ row }) => writtenRow(row, choices)),
  };
}

/**
 * A figure's SVG for a page, with paths to a tenth of a point. The page has its title and description: a browser would show the title
 * under the pointer everywhere.
 */
export function pictureText({ name, attributes, children }: SvgNode): string {
  const shown = children.filter((child) => typeof child === "string" || !["title", "desc"].includes(child.name));
  const text = svgText(element(name, attributes, shown)).replaceAll("\n", "");
  return text.replace(/ d="[^"]*"/g, (path) =>
    path.replace(/\d*\.\d{2,}/g, (number) => String(Math.round(10 * Number(number)) / 10)),
  );
}

/** A caption in which no line ends within `n = 200` or `95 %`. */
export function unbroken(caption: string): string {
  return caption.replaceAll(" = ", "\u00a0=\u00a0").replaceAll(" %", "\u00a0%");
}

/** The paper's column is in a file only if its points are drawn. */
function writtenRow(row: PageRow, { paper }: Redrawing["choices"]): PageRow {
  const { paper: _, ...others } = row;
  return paper ? row : others;
}

/** For the name of a figure's file. */
export function partName(sweep: PageSweep, hidden: LeftOut): string[] {
  return partWords(hidden, { ...sweep, paper: [] });
}

function sweepOf({ sweep, paper, curvesOf }: Pick<Redrawing, "sweep" | "paper" | "curvesOf">): Sweep {
  const published = paper.map((row) => ({ ...valuesOf(row), point: {} })) as unknown as SweepFacts["paper"];
  return { ...sweep, paper: published, curvesOf };
}

/** A row's values as they were: JSON has null for NaN, but no correlation is null. */
function valuesOf(row: PageRow): PageRow {
  const value = (name: string) => row[name] ?? (name === "correlation" ? null : Number.NaN);
  return Object.fromEntries(Object.keys(row).map((name) => [name, value(name)]));
}
