import { type CsvValue, toCsv } from "../records/csv.ts";
import type { Claim, ClaimPart } from "./claim.ts";

/** Claims as CSV: a row for each part; one with empty cells for a claim whose cells the sweep lacks. */
export function claimsCsv(claims: readonly Claim[]): string {
  return toCsv(claims.flatMap(claimRows));
}

export function claimRows({ id, says, loss, verdict, parts }: Claim): Record<string, CsvValue>[] {
  const of = { claim: id, loss, verdict, says };
  return parts.length === 0 ? [{ ...of, ...EMPTY }] : parts.map((part) => ({ ...of, ...partColumns(part) }));
}

function partColumns({ about, unit, ours, bound, paper, runs, verdict }: ClaimPart) {
  return {
    part: about,
    unit,
    value: ours.value,
    low: ours.low,
    high: ours.high,
    boundLow: finite(bound.low),
    boundHigh: finite(bound.high),
    paper: paper?.value ?? Number.NaN,
    runs,
    partVerdict: verdict,
  };
}

const EMPTY: Record<keyof ReturnType<typeof partColumns>, ""> = {
  part: "",
  unit: "",
  value: "",
  low: "",
  high: "",
  boundLow: "",
  boundHigh: "",
  paper: "",
  runs: "",
  partVerdict: "",
};

/** NaN, an empty cell, for an end that is infinite. */
function finite(end: number): number {
  return Number.isFinite(end) ? end : Number.NaN;
}
