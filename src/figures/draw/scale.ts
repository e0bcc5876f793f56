import { scaleLinear, scaleLog } from "d3-scale";
import { compareValues, type GridValue } from "../../identity/cell.ts";
import type { FigureOptions } from "./figure.ts";
import type { Limits } from "./style.ts";
import { SMALL, textWidth } from "./svg.ts";

/** One axis of a panel: maps values to points, and has ticks. */
export interface Scale {
  readonly type: "linear" | "log";
  readonly domain: readonly [low: number, high: number];
  /** Ends on the page in points: those of the domain's low and high. */
  readonly range: Range;
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly value: number;
  /** Empty for a tick between labelled ones. */
  readonly label: string;
}

/** Where an axis begins and ends on the page, in points. */
export type Range = readonly [number, number];

interface ScaleOptions {
  readonly range: Range;
  /** About how many ticks have a label. */
  readonly count?: number;
  readonly label?: (value: number) => string;
  /** No tick beyond this value: room for something else. */
  readonly most?: number;
  /** Widens the domain to the next tick; on for a scale of losses, off for one of steps. */
  readonly nice?: boolean;
}

export function linearScale(low: number, high: number, options: ScaleOptions): Scale {
  const { range, count = 5, nice = false, most = Number.POSITIVE_INFINITY } = options;
  const scale = scaleLinear([low, high], [...range]);
  if (nice) scale.nice(count);
  const values = scale.ticks(count).filter((value) => value <= most);
  const { label = scale.tickFormat(count) } = options;
  return {
    type: "linear",
    domain: scale.domain() as [number, number],
    range,
    at: scale,
    ticks: values.map((value) => ({ value, label: signed(label(value)) })),
  };
}

/** Low and high must be above 0. Labels are at 1, 2 and 5; at powers of ten if they are far apart, as on a linear scale if near. */
export function logScale(low: number, high: number, { range, label = shortNumber }: ScaleOptions): Scale {
  const scale = scaleLog([low, high], [...range]);
  const near = high / low < NEAR;
  const values = near ? scaleLinear([low, high], [...range]).ticks(5) : scale.ticks();
  const digits = Math.log10(high / low) > 2.5 ? [1] : [1, 2, 5];
  const labelled = (value: number) => near || digits.includes(mantissa(value));
  return {
    type: "log",
    domain: [low, high],
    range,
    at: scale,
    ticks: values.map((value) => ({ value, label: labelled(value) ? signed(label(value)) : "" })),
  };
}

/** Between ends with a smaller ratio there may be only one of 1, 2 and 5. */
const NEAR = 5;

/** 2.5 of 0.025. */
function mantissa(value: number): number {
  return Number(value.toExponential(6).split("e")[0]);
}

/** 0.05, 1, 1000: a number with as few digits as possible. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A true minus sign. */
export function signed(label: string): string {
  return label.replace(/^-/, "−");
}

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
  range: Range,
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

/** An axis with room for all `values`, and a little beside them, up to `most`. */
export function fittedScale(
  values: readonly number[],
  {
    most = Number.POSITIVE_INFINITY,
    ...options
  }: { readonly range: Range; readonly nice?: boolean; readonly count?: number; readonly most?: number },
): Scale {
  const finite = values.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const room = 0.05 * (high - low) || 0.01;
  const ends = [low >= 0 ? Math.max(0, low - room) : low - room, Math.min(most, high + room)] as const;
  return linearScale(...ends, { ...options, label: shortNumber });
}

/** The axis of steps, from 0 to the last one; in thousands or millions if there are many. */
export function stepScale(
  last: number,
  range: Range,
  { count = 3, limits }: { readonly count?: number; readonly limits?: Limits | undefined } = {},
): { scale: Scale; title: string } {
  const [unit, words] = STEP_UNITS.find(([unit]) => last >= 2 * unit) ?? [1, ""];
  const label = (step: number) => shortNumber(step / unit);
  const scale = limits ? linearScale(...limits, { range, count, label }) : endedScale(last, range, count, label);
  return { scale, title: `training steps${words}` };
}

/** A scale from 0 whose last tick is at its end, if about as many ticks as asked for have one there. */
function endedScale(last: number, range: Range, count: number, label: (step: number) => string) {
  const scales = [0, 1, 2, 3].map((more) => linearScale(0, last, { range, count: count + more, label }));
  return scales.find(({ ticks }) => ticks.at(-1)?.value === last) ?? scales[0];
}

const STEP_UNITS = [
  [1_000_000, ", in millions"],
  [1000, ", in thousands"],
] as const;

/** Positive numbers whose largest is this many times the least are drawn on a logarithmic axis. */
const WIDE = 4;

/** An axis of a setting's values, and each value's number on it. */
export interface ValueScale {
  readonly scale: Scale;
  readonly placeOf: (value: GridValue) => number;
}

/** The axis of a setting: by the values, or side by side if some are words; a tick at each. */
export function valueScale(given: readonly GridValue[], range: Range): ValueScale {
  const values = [...new Set(given)].sort(compareValues);
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length) {
    const placeOf = (value: GridValue) => values.indexOf(value);
    return { scale: labelled(values.map(String), linearScale(0, Math.max(1, values.length - 1), { range })), placeOf };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = low > 0 && high / low >= WIDE ? logScale(low, high, { range }) : linearScale(low, high, { range });
  return { scale: labelled(numbers.map(shortNumber), scale, numbers), placeOf: Number };
}

/** `scale` with a tick at each of `places`, and as many of the labels as have room: the first and the last before others. */
export function labelled(
  labels: readonly string[],
  scale: Scale,
  places: readonly number[] = [...labels.keys()],
): Scale {
  const ticks = labels.map((label, i): Tick => ({ value: places[i], label: signed(label) }));
  const shown = withRoom(
    ticks.map(({ value, label }) => ({ middle: scale.at(value), half: textWidth(label, SMALL) / 2 })),
  );
  return { ...scale, ticks: ticks.map((tick, i) => (shown[i] ? tick : { ...tick, label: "" })) };
}

/** The axis of ascending correlations: a tick for each value, with as many labels as have room. */
export function correlationScale(correlations: readonly number[], range: Range): Scale {
  const scale = linearScale(correlations[0], correlations.at(-1) as number, { range });
  return labelled(correlations.map(shortNumber), scale, correlations);
}

/** A label around its middle, on one axis: in points. */
export interface Span {
  readonly middle: number;
  readonly half: number;
}

/** Least distance between two labels. */
const APART = 4;

/**
 * Which of ascending labels have room: the last one, the first one if it does not touch that, and of those between as many
 * as fit, from the last one down.
 */
export function withRoom(spans: readonly Span[], apart = APART): boolean[] {
  const end = ({ middle, half }: Span) => middle + half + apart;
  const [first, last] = [spans[0], spans.at(-1)];
  const shown = spans.map(() => false);
  if (first === undefined || last === undefined) return shown;
  const from = end(first) <= last.middle - last.half || spans.length === 1 ? end(first) : Number.NEGATIVE_INFINITY;
  let free = Number.POSITIVE_INFINITY; // to the left of the last label that is shown
  for (let i = spans.length - 1; i >= 0; i--) {
    const { middle, half } = spans[i];
    const begins = middle - half;
    const fits = i === 0 ? Number.isFinite(from) : begins >= from || i === spans.length - 1;
    if (!fits || middle + half > free) continue;
    shown[i] = true;
    free = begins - apart;
  }
  return shown;
}
