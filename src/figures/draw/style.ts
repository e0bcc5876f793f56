import { type EachLoss, eachLoss, LOSS_SETS } from "../../config/losses.ts";
import { byCell, type CellRows, type DrawnCell, modelsOf, type RowSubject, type SweepFacts } from "./facts.ts";

/** Look of a series. Colour, dash and marker each tell it from the others. */
export interface SeriesStyle {
  readonly colour: string;
  /** Lengths of strokes and gaps in points; undefined for a solid line. */
  readonly dash: string | undefined;
  readonly marker: Marker;
  /** What a legend calls the series. */
  readonly label?: string;
  readonly holed?: boolean;
}

export type Marker = (typeof MARKERS)[number];

const MARKERS = ["circle", "square", "triangle", "diamond", "cross", "star", "wye", "triangle-down"] as const;
const DASHES = [undefined, "5 1.5", "1.5 1.2", "5 1.5 1.5 1.5", "8 2", "3 1.5 1 1.5 1 1.5"] as const;

/** The models of the paper's Figures 4 and 5. */
export const PAPER_MODELS = ["shared-bottom", "omoe", "mmoe"];

/** What a model of some cells is called. */
export function labelIn(cells: readonly Pick<DrawnCell, "model" | "label">[], model: string): string {
  return cells.find((cell) => cell.model === model)?.label ?? model;
}

export interface StyledRows<Row> extends CellRows<Row> {
  readonly style: SeriesStyle;
}

/** The rows of each cell that has some, in the sweep's order, and how they look: their models as in every figure of the sweep. */
export function styledRows<Row extends RowSubject>(
  rows: readonly Row[],
  sweep: SweepFacts,
  options: Parameters<typeof themeFor>[0],
) {
  const theme = themeFor(options);
  const found = byCell(rows, sweep);
  const cells = found.map(({ cell }) => cell);
  const drawn = [...modelStyles(sweep.models, theme)].filter(([model]) => modelsOf(cells).includes(model));
  const styles = new Map(drawn.map(([model, style]) => [model, { ...style, label: labelIn(sweep.cells, model) }]));
  const styled = found.map((one): StyledRows<Row> => ({ ...one, style: styles.get(one.cell.model) as SeriesStyle }));
  return { found: styled, cells, styles, theme };
}

/** The style of each of a sweep's models: the paper's look the same in every figure, others take the remaining styles in their order. */
export function modelStyles(models: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  const ordered = [...PAPER_MODELS, ...models.filter((model) => !PAPER_MODELS.includes(model))];
  const styles = ordered.map((_, place) => ({
    colour: theme.series[place % theme.series.length],
    ...patternAt(place),
  }));
  return new Map(models.map((model) => [model, styles[ordered.indexOf(model)]]));
}

/** Dash and marker of the place-th series: no two of the first 48 have the same, no two of the first 16 the same marker. */
function patternAt(place: number): Omit<SeriesStyle, "colour"> {
  return {
    dash: DASHES[place % DASHES.length],
    marker: MARKERS[place % MARKERS.length],
    holed: Math.floor(place / MARKERS.length) % 2 === 1,
  };
}

/** The style of each of a run's losses, where they are drawn in one panel. */
export function lossStyles({ losses }: Theme): EachLoss<SeriesStyle> {
  return eachLoss((set) => {
    const place = LOSS_SETS.indexOf(set);
    return { ...patternAt(place), colour: losses[place] };
  });
}

/** The style of each correlation: the lower, the darker. */
export function correlationStyles(correlations: readonly number[], { ramp }: Theme): Record<number, SeriesStyle> {
  const ordered = [...correlations].sort((a, b) => a - b);
  const last = Math.max(1, ordered.length - 1);
  const colour = (i: number) => ramp[Math.round((i * (ramp.length - 1)) / last)];
  return Object.fromEntries(ordered.map((p, i) => [p, { ...patternAt(i), colour: colour(i) }]));
}

/** A column of the paper, 3.3 inches, in points. */
const COLUMN = 237.6;

/** Colours of a figure, where it is shown, and how large it is. */
export interface Theme extends Colours, Size {
  /** The figure is a part of a page, which brings the font and reads values off the marks. */
  readonly inPage: boolean;
}

interface Colours {
  readonly background: string;
  /** Colour of text, and of what matters most. */
  readonly ink: string;
  /** Colour of axes and explanations. */
  readonly quiet: string;
  /** Colour of lines that only guide the eye. */
  readonly guide: string;
  /** Colours of models, in the order of `style.ts`: distinct for colour-blind eyes, and by lightness in grey. */
  readonly series: readonly string[];
  /** Colours of a run's losses: none is a model's. */
  readonly losses: readonly string[];
  /** Colours of ordered values, from least to most. */
  readonly ramp: readonly string[];
  /** Colours of classes of values, half of them below 0: the middle four have room for text in `ink`, the others in `background`. */
  readonly diverging: readonly string[];
}

interface Size {
  /** Of the page, in points. */
  readonly width: number;
  /** By how much panels and rows are higher than by default. */
  readonly stretch: number;
  /** The ends of the axis of steps; by default from 0 to the last step. */
  readonly steps?: Limits | undefined;
}

/** The ends of an axis. */
export type Limits = readonly [low: number, high: number];

function colours(words: string): string[] {
  return words.split(" ");
}

const LIGHT: Colours = {
  background: "#ffffff",
  ink: "#1b1f24",
  quiet: "#5c6570",
  guide: "#dfe3e8",
  series: colours(
    "#1f3b73 #ab3f08 #1b9e8a #8a4fa3 #a67c00 #d0689a #5b6770 #000000 " +
      "#4f86d9 #e07b39 #0b5d4e #bd8fd6 #5e4700 #7d1f4d #8a9199 #6f9a1f",
  ),
  losses: ["#1b1f24", "#c2185b", "#7a8591"],
  ramp: ["#2c115f", "#4a2380", "#68348f", "#8a4497", "#ab5296", "#c5588a", "#d66a70", "#d9725a", "#cf7f3f"],
  diverging: colours("#7f3b08 #b35806 #f2b27a #fbe6d2 #dbebf0 #94c6d8 #26769b #0b4664"),
};

const DARK: Colours = {
  background: "#14171b",
  ink: "#e8ebef",
  quiet: "#a3acb7",
  guide: "#333a42",
  series: colours(
    "#5b8def #ff9a4d #8ff0dc #cf9be6 #e3c04f #ff9cc8 #b4bfca #ffffff " +
      "#9cc0ff #d1692f #3fb39b #a063c4 #a88a2a #d65f96 #7f8b97 #a9d64f",
  ),
  losses: ["#e8ebef", "#ff6fa5", "#95a1ae"],
  ramp: ["#8f7fe0", "#a283dc", "#b588d6", "#c88dce", "#d994c3", "#e79db7", "#f1a9ab", "#f7b8a4", "#fac9a6"],
  diverging: colours("#ffc48a #ea8f45 #9a5520 #54341c #1f4150 #2f708c #6fb7d4 #bfe6f5"),
};

const THEMES = {
  light: LIGHT,
  dark: DARK,
  print: { ...LIGHT, ink: "#000000", quiet: "#333333", guide: "#d5d5d5" },
  /** Colours and a font that the page around the figure defines, as in `pageVariables`. */
  page: variablesOf(LIGHT),
} as const;

export type ThemeName = keyof typeof THEMES;
export const THEME_NAMES = Object.keys(THEMES) as ThemeName[];

/** The theme of a figure of the usual size. */
export function themeOf(name: ThemeName): Theme {
  return themeFor({ theme: name });
}

/** What a user may choose of a figure's size. */
export interface SizeChoices {
  /** In points. */
  readonly width?: number;
  /** In points; `stretch` follows from it. */
  readonly height?: number;
  readonly stretch?: number;
  /** The ends of the axis of steps, and of that of losses. */
  readonly xLimits?: Limits;
  readonly yLimits?: Limits;
}

export function themeFor({
  theme,
  width = COLUMN,
  stretch = 1,
  xLimits,
}: SizeChoices & { readonly theme: ThemeName }): Theme {
  return { ...THEMES[theme], inPage: theme === "page", width, stretch, steps: xLimits };
}

/** A theme as custom properties of CSS, which figures of the theme `page` refer to: `--f-ink: #1b1f24; ...`. */
export function pageVariables(name: Exclude<ThemeName, "page">): string {
  const values = Object.entries(THEMES[name]).flatMap(([colour, value]: [string, Colours[keyof Colours]]) =>
    typeof value === "string" ? [`--f-${colour}: ${value};`] : value.map((one, i) => `--f-${colour}-${i + 1}: ${one};`),
  );
  return values.join(" ");
}

/** Colours that are such variables. */
function variablesOf(colours: Colours): Colours {
  const variables = Object.entries(colours).map(([name, value]: [string, Colours[keyof Colours]]) => [
    name,
    typeof value === "string" ? `var(--f-${name})` : value.map((_, i) => `var(--f-${name}-${i + 1})`),
  ]);
  return Object.fromEntries(variables);
}
