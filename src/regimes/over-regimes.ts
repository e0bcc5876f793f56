import { averageRanks, criticalDifference } from "../stats/average-ranks.ts";
import type { RegimeResult } from "./standings.ts";

/** Over fewer regimes mean ranks say little. */
export const LEAST_REGIMES = 3;

interface OverRegimes {
  readonly regimes: number;
  /** Of the contestants that are in all of these: the lowest mean rank by gain first. */
  readonly ranks: readonly { readonly name: string; readonly rank: number }[];
  /** By how much two mean ranks must differ to be told apart. */
  readonly difference: number;
}

/** Over the regimes whose models are those of the zoo. */
export function overRegimes(results: readonly RegimeResult[]): OverRegimes {
  const ofZoo = results.filter(({ isOfZoo }) => isOfZoo);
  const gains = ofZoo.map(
    ({ own, committed }) => new Map([...own, ...committed].map(({ name, gain }) => [name, gain.value])),
  );
  const names = [...(gains[0]?.keys() ?? [])].filter((name) => gains.every((regime) => regime.has(name)));
  const mean = averageRanks(gains.map((regime) => names.map((name) => regime.get(name) as number)));
  const ranks = names.map((name, i) => ({ name, rank: mean[i] })).sort((a, b) => a.rank - b.rank);
  return { regimes: ofZoo.length, ranks, difference: criticalDifference(names.length, ofZoo.length) };
}
