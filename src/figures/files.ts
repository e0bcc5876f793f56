import { lstatSync, readdirSync, rmdirSync } from "node:fs";
import { GRID_KEYS } from "../config/schema.ts";
import { type GridPoint, NO_CHOICE, pointText } from "../identity/cell.ts";
import { removeFiles } from "../records/clean-results.ts";
import { toCsv } from "../records/csv.ts";
import { DEFAULT_OPTIONS, type Figure, type FigureChoices } from "./draw/figure.ts";
import { shortNumber } from "./draw/scale.ts";
import type { Limits, SizeChoices } from "./draw/style.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "./gallery.ts";

export const FORMATS = ["svg", "png", "pdf"] as const;
export type Format = (typeof FORMATS)[number];

interface FigureFile {
  readonly ending: string;
  readonly content: string | Uint8Array;
}

/** The figure in each of `formats`, its numbers as CSV and its caption as text. */
export async function figureFiles(figure: Figure, formats: readonly Format[]): Promise<FigureFile[]> {
  const pictures = await Promise.all(
    formats.map(async (format) => ({ ending: format, content: await PICTURES[format](figure) })),
  );
  const caption = `${figure.title}\n\n${figure.caption}\n`;
  return [...pictures, { ending: "csv", content: toCsv(figure.data) }, { ending: "txt", content: caption }];
}

/** The code for bitmaps and PDF is loaded only when needed. */
const PICTURES: Readonly<Record<Format, (figure: Figure) => string | Promise<string | Uint8Array>>> = {
  svg: ({ svg }) => svg,
  png: async (figure) => (await import("./png.ts")).png(figure),
  pdf: async (figure) => (await import("./pdf.ts")).pdf(figure),
};

interface Drawn {
  /** The values that were chosen of listed settings. */
  readonly at?: GridPoint;
  /** Which part of the sweep is drawn. */
  readonly part?: readonly string[] | undefined;
}

/**
 * File name: the figure's name, the values that were chosen of listed settings, every option that is not the default and
 * the part that is drawn, e.g. `figure4-lr=0.01-heldout-log-of-mmoe`.
 */
export function fileName({ name }: Figure, options: FigureChoices, { at = NO_CHOICE, part = [] }: Drawn = {}): string {
  const { loss, statistic, scale, theme, paper, sum, letters, title, font } = options;
  const unusual = [
    loss !== DEFAULT_OPTIONS.loss && loss,
    statistic !== DEFAULT_OPTIONS.statistic && statistic,
    scale !== DEFAULT_OPTIONS.scale && scale,
    paper && "paper",
    sum && "sum",
    theme !== DEFAULT_OPTIONS.theme && theme,
    letters && "letters",
    sizeText(options),
    limitsText("x", options.xLimits),
    limitsText("y", options.yLimits),
    title !== undefined && "titled",
    font !== undefined && "font",
  ];
  return [name, pointText(at, "-"), ...unusual, ...part].filter(Boolean).join("-");
}

/** `240pt`, `240x120pt` or `x120pt`; nothing for the usual size. */
function sizeText({ width, height }: SizeChoices): string {
  if (width === undefined && height === undefined) return "";
  return `${width === undefined ? "" : shortNumber(width)}${height === undefined ? "" : `x${shortNumber(height)}`}pt`;
}

/** `x0..5000` */
function limitsText(axis: "x" | "y", limits: Limits | undefined): string {
  return limits === undefined ? "" : `${axis}${limits.map(shortNumber).join("..")}`;
}

/** The name of a figure's file: the figure, chosen values, its options that are not the default, and its format. */
const FIGURE_FILE = new RegExp(
  [
    `^(${[...TRIAL_FIGURES, ...SWEEP_FIGURES].map(({ name }) => name).join("|")})`,
    `(-(${GRID_KEYS.join("|")})=[\\w.+-]+?)*`,
    "(-(heldout|running|median|log|paper|sum|dark|print|letters|titled|font|[\\d.]*(x[\\d.]+)?pt|[xy]-?[\\de.+-]+))*",
    "(-(of|at|without)-[\\w.-]+)?", // models, correlations
    `\\.(${[...FORMATS, "csv", "txt"].join("|")})$`,
  ].join(""),
);

export function isFigureFile(name: string): boolean {
  return FIGURE_FILE.test(name);
}

/** Removes the files that mmoe wrote as figures, and the folder if it is empty then. A link is the user's. */
export function removeFigures(folder: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  removeFiles(folder, isFigureFile);
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
