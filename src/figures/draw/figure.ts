import { LABEL_VARIANCE, type LossSet, type LossUnit } from "../../config/losses.ts";
import type { CsvValue } from "../../records/csv.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { LeftOut } from "./facts.ts";
import type { SizeChoices, Theme, ThemeName } from "./style.ts";
import { element, FAMILY, SIZE, type SvgNode } from "./svg.ts";

/** A picture, and what it shows in words. */
export interface Picture {
  /** Its file's name without extension, e.g. `figure4`. */
  readonly name: string;
  readonly title: string;
  /** One paragraph of plain text: what is drawn, which loss, how many runs, how many failed. */
  readonly caption: string;
  /** The picture as elements, with its letters as text. */
  readonly root: SvgNode;
  /** In points. */
  readonly width: number;
  readonly height: number;
}

/** A row of the CSV file beside a picture. */
export type FigureRow = Readonly<Record<string, CsvValue>>;

/** A picture of recorded results, and its numbers. */
export interface Figure extends Picture {
  /** An SVG document whose unit is a point. It needs no font, but for the theme `page`. */
  readonly svg: string;
  /** All numbers drawn. */
  readonly data: readonly FigureRow[];
}

/** Why a figure can't be drawn from what was recorded. */
export interface NotDrawn {
  /** What is missing, as text after the figure's name and a colon. */
  readonly lacking: string;
  /** True if results of this kind never have it: only who asks for the figure is told. */
  readonly never?: true;
}

export interface Unavailable extends NotDrawn {
  readonly name: string;
}

export const STATISTICS = ["mean", "median"] as const;
export const SCALES = ["linear", "log"] as const;

export interface FigureOptions extends SizeChoices {
  readonly loss: LossSet;
  /** The unit of the sweep's losses. */
  readonly unit: LossUnit;
  /** Whether linear axes of losses fit the data, as on rows of the user's own; otherwise they begin at 0. */
  readonly fits?: boolean;
  /** The statistic over a cell's runs. */
  readonly statistic: (typeof STATISTICS)[number];
  /** The scale of the axis of losses. */
  readonly scale: (typeof SCALES)[number];
  readonly theme: ThemeName;
  /** Draws the paper's own results, as read off its figures, behind ours. */
  readonly paper: boolean;
  /** Draws the sum of the tasks' losses instead of their mean. */
  readonly sum?: boolean;
  /** Names the panels a, b, c. */
  readonly letters?: boolean;
  /** In bold above the picture. */
  readonly title?: string;
  /** The family of all texts, which stay text; by default their letters are outlines of Fira Sans. */
  readonly font?: string;
  /** Draws a part of the sweep. */
  readonly without?: LeftOut;
}

/** What a user chooses of a figure; the others follow from the sweep. */
export type FigureChoices = Omit<FigureOptions, "unit" | "fits" | "stretch">;

export const DEFAULT_OPTIONS: FigureOptions = {
  loss: "train",
  unit: LABEL_VARIANCE,
  statistic: "mean",
  scale: "linear",
  theme: "light",
  paper: false,
};

/** What a figure multiplies the mean of the tasks' losses by: their number if it shows sums. */
export function lossFactor({ tasks }: { readonly tasks: number }, { sum }: Pick<FigureOptions, "sum">): number {
  return sum ? tasks : 1;
}

export function isUnavailable<T extends object>(drawn: T | Unavailable): drawn is Unavailable {
  return "lacking" in drawn;
}

/** Figures that lack something of which a reader must be told, by what they lack. */
export function byReason(figures: readonly Unavailable[]): Map<string, Unavailable[]> {
  const told = figures.filter(({ never }) => !never);
  return groupBy(told, ({ lacking }) => lacking);
}

/** Contents of a page, and its size in points; a column wide by default. */
export interface Drawing {
  readonly nodes: readonly SvgNode[];
  readonly width?: number;
  readonly height: number;
}

interface PageOptions extends Drawing, Pick<Picture, "title" | "caption"> {
  readonly name: string;
  readonly theme: Theme;
}

/** A picture of `nodes`, on a page of its own. */
export function page({ name, title, caption, theme, width = theme.width, nodes, ...drawing }: PageOptions): Picture {
  const height = Number(drawing.height.toFixed(2)); // one that was stretched
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
  return { name, title, caption, width, height, root };
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
