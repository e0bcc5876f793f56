import { type DrawnCell, isShown, type Recorded, type RowSubject, type Sweep, withoutCells } from "./facts.ts";
import {
  type Drawing,
  type FigureOptions,
  type FigureRow,
  isUnavailable,
  type NotDrawn,
  type Picture,
  page,
  type Unavailable,
} from "./figure.ts";
import { type SeriesStyle, type StyledRows, styledRows, type Theme } from "./style.ts";
import { runsSentence } from "./words.ts";

/** A drawing, and what it shows in words, but for how many runs it shows: that ends every caption. */
export interface TitledDrawing extends Drawing, Pick<Picture, "title" | "caption"> {
  /** The end of the caption, if it is not of all cells that have rows. */
  readonly runs?: string;
}

export interface FigureData<Row> {
  /** The rows of its CSV file, of all or some of a sweep's cells. */
  readonly rows: readonly Row[];
  readonly sweep: Sweep;
  readonly options: FigureOptions;
  readonly theme: Theme;
  /** The rows of each cell that has some, in the sweep's order. */
  readonly found: readonly StyledRows<Row>[];
  readonly cells: readonly DrawnCell[];
  readonly styles: ReadonlyMap<string, SeriesStyle>;
}

/** Records of which a figure is drawn: losses at one grid point or at all of them, metrics, predictions, diagnostics. */
export type RecordsNeeded = "one point" | "all points" | "metrics" | "predictions" | "diagnostics";

interface FigureSpec<Row> {
  /** In `--only`, and in the names of its files. */
  readonly name: string;
  readonly about: string;
  /** Losses at one grid point by default. */
  readonly of?: RecordsNeeded;
  /** The options that change it, apart from those that all have. */
  readonly supports: readonly SupportedChoice[];
  /** The rows of its CSV file. */
  readonly rows: (recorded: Recorded, options: FigureOptions) => readonly Row[] | NotDrawn;
  readonly draw: (given: FigureData<Row>) => TitledDrawing | NotDrawn;
}

/** Choices that change only some figures. */
export type SupportedChoice = "loss" | "statistic" | "scale" | "paper" | "sum" | "xLimits" | "yLimits";

/** A figure's rows, and their picture in any size. */
interface DrawnRows {
  readonly rows: readonly FigureRow[];
  readonly pictureOf: (options: FigureOptions) => Picture | Unavailable;
}

/** A figure of a sweep, whatever its rows are. */
export interface SweepDrawing extends Omit<FigureSpec<unknown>, "rows" | "draw"> {
  readonly of: RecordsNeeded;
  readonly drawn: (recorded: Recorded, options: FigureOptions) => DrawnRows | Unavailable;
  /** The picture of rows that a page has kept. */
  readonly drawnAgain: (rows: readonly object[], sweep: Sweep, options: FigureOptions) => Picture | Unavailable;
}

export function figure<Row extends RowSubject>({ rows: rowsOf, draw, ...spec }: FigureSpec<Row>): SweepDrawing {
  const { name } = spec;
  const pictureOf = (rows: readonly Row[], sweep: Sweep, options: FigureOptions) => {
    const given = { rows, sweep, options, ...styledRows(rows, sweep, options) };
    const drawn = draw(given);
    if ("lacking" in drawn) return { name, ...drawn };
    const { caption, runs = runsSentence(given.cells, sweep) } = drawn;
    return page({ ...drawn, name, caption: `${caption} ${runs}`, theme: given.theme });
  };
  return {
    of: "one point",
    ...spec,
    drawn: (recorded, options) => {
      const all = rowsOf(recorded, options);
      if ("lacking" in all) return { name, ...all };
      const rows = chosenRows(all, options);
      if ("lacking" in rows) return { name, ...rows };
      const sweep = options.without ? withoutCells(recorded.sweep, options.without) : recorded.sweep;
      const drawing = (sized: FigureOptions) => {
        const picture = pictureOf(rows, sweep, sized);
        return !isUnavailable(picture) && areFewSteps(all, options) ? { name, ...FEW_STEPS } : picture;
      };
      return { rows: rows as readonly object[] as readonly FigureRow[], pictureOf: drawing };
    },
    drawnAgain: (rows, sweep, options) => pictureOf(rows as readonly Row[], sweep, options),
  };
}

/** The rows that are drawn: of the part that is chosen, at the steps that are shown. */
function chosenRows<Row extends RowSubject>(
  all: readonly Row[],
  { without, xLimits }: FigureOptions,
): readonly Row[] | NotDrawn {
  const [low, high] = xLimits ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const shown = all.filter((row) => without === undefined || isShown(row, without));
  const rows = shown.filter(({ step = low }) => step >= low && step <= high);
  if (shown.length > 0 && rows.length === 0) return { lacking: `no step from ${low} to ${high} was recorded` };
  return rows;
}

/** Curves of fewer points, on rows of the user's own, show nothing. */
const LEAST_STEPS = 3;

function areFewSteps(rows: readonly RowSubject[], { fits = false }: FigureOptions): boolean {
  const steps = new Set(rows.flatMap(({ step }) => step ?? []));
  return fits && steps.size > 0 && steps.size < LEAST_STEPS;
}

const FEW_STEPS: NotDrawn = {
  lacking:
    "its runs were evaluated at fewer than three steps, and curves need three (a new sweep with a smaller evalEvery has more)",
};
