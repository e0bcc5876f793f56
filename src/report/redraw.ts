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
import { ROW_FIGURES } from "../figures/kinds/list.ts";
import { pictureText, type Shapes } from "./compact.ts";

/** What a page holds of a sweep; the paper's curves are in a table. */
export interface PageSweep extends Omit<SweepFacts, "paper"> {
  readonly unit: LossUnit;
  /** Place of the table with the paper's curves. */
  readonly paperTable: number;
}

/** A row of a figure's table: texts by column, empty where there is no value. */
export type TextRow = Readonly<Record<string, string>>;

export interface Redrawing {
  readonly name: string;
  readonly rows: readonly TextRow[];
  readonly sweep: PageSweep;
  /** Of the paper's curves. */
  readonly paper: readonly TextRow[];
  readonly curvesOf: Sweep["curvesOf"];
  readonly hidden: LeftOut;
  readonly choices: Omit<FigureChoices, "theme">;
  /** Outlines that the page has. New ones are added. */
  readonly shapes: Shapes;
}

/** A figure's new picture, or why there is none. */
export type Redrawn = Drawn | { readonly lacking: string };

interface Drawn {
  readonly title: string;
  readonly caption: string;
  readonly picture: string;
  /** The rows that it is drawn of, with the paper's column if its points are drawn. */
  readonly rows: readonly TextRow[];
}

export function isRedrawable(name: string): boolean {
  return ROW_FIGURES.some((figure) => figure.name === name);
}

export function redrawn({ name, rows, hidden, choices, shapes, ...rest }: Redrawing): Redrawn {
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
    picture: pictureText(root, shapes),
    rows: shown.map(({ row }) => writtenRow(row, choices)),
  };
}

/** A caption in which no line ends within `n = 200` or `95 %`. */
export function unbroken(caption: string): string {
  return caption.replaceAll(" = ", "\u00a0=\u00a0").replaceAll(" %", "\u00a0%");
}

/** The paper's column is in a file only if its points are drawn. */
function writtenRow(row: TextRow, { paper }: Redrawing["choices"]): TextRow {
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

/** Columns of texts that may look like numbers. */
const NAMES = ["model", "first", "second", "against"];

/** A row's texts as the values that they were: no correlation is null, no number is NaN. */
function valuesOf(row: TextRow): Record<string, string | number | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, text]) => [name, NAMES.includes(name) ? text : valueIn(name, text)]),
  );
}

function valueIn(name: string, text: string): string | number | null {
  if (text === "") return name === "correlation" ? null : Number.NaN;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}
