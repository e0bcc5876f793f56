import { LOSS_SETS } from "../config/loss-sets.ts";
import {
  type Figure,
  type FigureChoices,
  isUnavailable,
  SCALES,
  STATISTICS,
  type Unavailable,
} from "../figures/draw/figure.ts";
import { fileName } from "../figures/files.ts";
import { SWEEP_FIGURES, type SweepFigure, supportedOptions } from "../figures/gallery.ts";
import type { Results } from "../records/read-results.ts";

/** Options of the figures that a reader may choose. */
export type Choice = Pick<FigureChoices, "loss" | "statistic" | "scale">;

/** One picture of a figure, and all choices that show it: not every figure depends on every choice. */
export interface Variant {
  readonly figure: Figure;
  readonly choices: readonly Choice[];
  /** As `mmoe figures` would name its files, without ending. */
  readonly file: string;
}

export interface Variants {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly Variant[];
}

const CHOICES: readonly Choice[] = LOSS_SETS.flatMap((loss) =>
  STATISTICS.flatMap((statistic) => SCALES.map((scale) => ({ loss, statistic, scale }))),
);

/** Every figure that can be drawn of a sweep, once for each choice that changes it, and what the others lack. */
export function drawVariants(
  results: Results,
  kinds: readonly SweepFigure[] = SWEEP_FIGURES,
): { drawn: Variants[]; lacking: Unavailable[] } {
  const all = kinds.map((kind) => variantsOf(kind, results));
  return {
    drawn: all.filter((one) => "variants" in one),
    lacking: all.filter((one) => "lacking" in one),
  };
}

function variantsOf(kind: SweepFigure, results: Results): Variants | Unavailable {
  const { name, supports, draw } = kind;
  const variants: { figure: Figure; choices: Choice[]; file: string }[] = [];
  for (const choice of CHOICES) {
    const chosen = (Object.keys(choice) as (keyof Choice)[]).filter((key) => supports.includes(key));
    const same = variants.find(({ choices }) => chosen.every((key) => choices[0]?.[key] === choice[key]));
    if (same !== undefined) {
      same.choices.push(choice);
      continue;
    }
    const figure = draw(results, { ...choice, theme: "page", paper: true });
    if (isUnavailable(figure)) return figure;
    const file = fileName(figure, supportedOptions(kind, { ...choice, theme: "light", paper: true }), {
      at: results.at,
    });
    variants.push({ figure, choices: [choice], file });
  }
  return { name, title: (variants[0] as Variant).figure.title, variants };
}

/** Whether a figure shows the paper's own results. */
export function hasPaper({ variants }: Variants): boolean {
  return variants.some(({ figure }) => figure.svg.includes('class="paper"'));
}
