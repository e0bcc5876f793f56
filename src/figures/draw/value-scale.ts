import { compareValues, type GridValue } from "../../identity/grid-point.ts";
import { linearScale, logScale, type Scale, shortNumber, signed, type Tick } from "./scale.ts";
import { SMALL, textWidth } from "./text.ts";
import { withRoom } from "./tick-labels.ts";

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
