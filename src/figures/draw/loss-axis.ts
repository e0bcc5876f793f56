import type { FigureOptions } from "./figure.ts";
import { linearScale, logScale, type Scale, shortNumber } from "./scale.ts";
import type { SvgNode } from "./svg.ts";
import { brokenLines, SIZE, textLines } from "./text.ts";
import type { Limits, Theme } from "./theme.ts";

/** The share of a curve that may leave the frame: its first steps would leave no room for the rest. */
const START = 0.05;

/** Values at steps that count for the height of the frame; on a logarithmic scale all do. */
export function framed<T extends { readonly step: number }>(points: readonly T[], scale: FigureOptions["scale"]): T[] {
  const last = points.reduce((step, point) => Math.max(step, point.step), 0);
  return points.filter(({ step }) => scale === "log" || step >= START * last);
}

/** The axis of losses that has room for all `values`, from zero up unless it is logarithmic or fits them. */
export function lossScale(
  values: readonly number[],
  { scale: type, fits = false, yLimits }: Pick<FigureOptions, "scale" | "fits" | "yLimits">,
  range: readonly [number, number],
): Scale {
  if (yLimits) return (type === "log" ? logScale : linearScale)(...yLimits, { range, label: shortNumber });
  const finite = values.filter((value) => Number.isFinite(value));
  if (type === "linear" && fits) return fittedScale(finite, { range, nice: true });
  const high = finite.reduce((most, value) => Math.max(most, value), 0);
  if (type === "linear") return linearScale(0, high || 1, { range, nice: true, label: shortNumber });
  const positive = finite.filter((value) => value > 0);
  const low = positive.reduce((least, value) => Math.min(least, value), high);
  return logScale(low / 1.1 || 0.1, high * 1.1 || 1, { range });
}

/** An axis with room for all `values`, and a little beside them. */
export function fittedScale(
  values: readonly number[],
  options: { readonly range: readonly [number, number]; readonly nice?: boolean; readonly count?: number },
): Scale {
  const finite = values.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const room = 0.05 * (high - low) || 0.01;
  return linearScale(low >= 0 ? Math.max(0, low - room) : low - room, high + room, { ...options, label: shortNumber });
}

/** The axis of steps, from 0 to the last one; in thousands or millions if there are many. */
export function stepScale(
  last: number,
  range: readonly [number, number],
  { count = 3, limits }: { readonly count?: number; readonly limits?: Limits | undefined } = {},
): { scale: Scale; title: string } {
  const [unit, words] = STEP_UNITS.find(([unit]) => last >= 2 * unit) ?? [1, ""];
  const label = (step: number) => shortNumber(step / unit);
  const scale = limits ? linearScale(...limits, { range, count, label }) : endedScale(last, range, count, label);
  return { scale, title: `training steps${words}` };
}

/** A scale from 0 whose last tick is at its end, if about as many ticks as asked for have one there. */
function endedScale(last: number, range: readonly [number, number], count: number, label: (step: number) => string) {
  const scales = [0, 1, 2, 3].map((more) => linearScale(0, last, { range, count: count + more, label }));
  return scales.find(({ ticks }) => ticks.at(-1)?.value === last) ?? scales[0];
}

const STEP_UNITS = [
  [1_000_000, ", in millions"],
  [1000, ", in thousands"],
] as const;

/** What the vertical axis shows, written above it from `y` on; with the height that it takes. */
export function heading(
  words: string,
  { y, theme, width = theme.width }: { y: number; theme: Theme; width?: number },
): { nodes: SvgNode[]; height: number } {
  const { nodes, more } = textLines(brokenLines(words, width, SIZE), 0.5, y + SIZE, { fill: theme.ink });
  return { nodes, height: more + SIZE + 2 };
}
