/** A column of the paper, 3.3 inches, in points. */
export const COLUMN = 237.6;

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

const LIGHT: Colours = {
  background: "#ffffff",
  ink: "#1b1f24",
  quiet: "#5c6570",
  guide: "#dfe3e8",
  series: [
    "#1f3b73",
    "#ab3f08",
    "#1b9e8a",
    "#8a4fa3",
    "#a67c00",
    "#d0689a",
    "#5b6770",
    "#000000",
    "#4f86d9",
    "#e07b39",
    "#0b5d4e",
    "#bd8fd6",
    "#5e4700",
    "#7d1f4d",
    "#8a9199",
    "#6f9a1f",
  ],
  losses: ["#1b1f24", "#c2185b", "#7a8591"],
  ramp: ["#2c115f", "#4a2380", "#68348f", "#8a4497", "#ab5296", "#c5588a", "#d66a70", "#d9725a", "#cf7f3f"],
};

const DARK: Colours = {
  background: "#14171b",
  ink: "#e8ebef",
  quiet: "#a3acb7",
  guide: "#333a42",
  series: [
    "#5b8def",
    "#ff9a4d",
    "#8ff0dc",
    "#cf9be6",
    "#e3c04f",
    "#ff9cc8",
    "#b4bfca",
    "#ffffff",
    "#9cc0ff",
    "#d1692f",
    "#3fb39b",
    "#a063c4",
    "#a88a2a",
    "#d65f96",
    "#7f8b97",
    "#a9d64f",
  ],
  losses: ["#e8ebef", "#ff6fa5", "#95a1ae"],
  ramp: ["#8f7fe0", "#a283dc", "#b588d6", "#c88dce", "#d994c3", "#e79db7", "#f1a9ab", "#f7b8a4", "#fac9a6"],
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

/** The theme of a figure of a size. */
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
