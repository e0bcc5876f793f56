import { compareValues, type GridValue } from "../../identity/cell.ts";
import { linearScale, logScale, type Scale, shortNumber, signed, type Tick } from "./scale.ts";
import { SMALL, textWidth } from "./text.ts";

/** Positive numbers whose largest is this many times the least are drawn on a logarithmic axis. */
const WIDE = 4;

/** An axis of a setting's values, and each value's number on it. */
export interface ValueScale {
  readonly scale: Scale;
  readonly placeOf: (value: GridValue) => number;
}

/** The axis of a setting: by the values, or side by side if some are words; a tick at each. */
export function valueScale(given: readonly GridValue[], range: readonly [number, number]): ValueScale {
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
export function correlationScale(correlations: readonly number[], range: readonly [number, number]): Scale {
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
