import { linearScale, type Scale, shortNumber } from "./scale.ts";
import { labelled } from "./value-scale.ts";

/** The axis of ascending correlations: a tick for each value, with as many labels as have room. */
export function correlationScale(correlations: readonly number[], range: readonly [number, number]): Scale {
  const scale = linearScale(correlations[0], correlations.at(-1) as number, { range });
  return labelled(correlations.map(shortNumber), scale, correlations);
}
