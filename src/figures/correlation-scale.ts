import { linearScale, type Scale, shortNumber, signed } from "./scale.ts";
import { SMALL, textWidth } from "./text.ts";

const APART = 4;

/** The axis of ascending correlations: a tick for each value, with as many labels as have room. */
export function correlationScale(correlations: readonly number[], range: readonly [number, number]): Scale {
  const scale = linearScale(correlations[0] as number, correlations.at(-1) as number, { range });
  const name = (value: number) => signed(shortNumber(value));
  const half = (value: number) => textWidth(name(value), SMALL) / 2;
  let free = Number.POSITIVE_INFINITY; // to the left of the last label; the last value always has one
  const ticks = correlations.toReversed().map((value) => {
    const place = scale.at(value);
    if (place + half(value) > free) return { value, label: "" };
    free = place - half(value) - APART;
    return { value, label: name(value) };
  });
  return { ...scale, ticks: ticks.reverse() };
}
