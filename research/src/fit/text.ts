import { stringify } from "yaml";
import { table } from "../../../src/cli/text/table.ts";
import type { GeneratorSettings } from "../../../src/data/settings.ts";
import { toCsv } from "../../../src/records/csv.ts";
import type { CorrelationPoint, FitOptions } from "./fit.ts";
import type { FitSet, Spread } from "./sets.ts";

/** What the search found for one number of sines. */
export interface FitResult {
  readonly sines: number;
  /** Distinct sets, best first. */
  readonly sets: readonly FitSet[];
  /** Fits within the limit, and where their constants lie. */
  readonly near: number;
  readonly spreads: readonly Spread[];
}

export interface FitLimits {
  /** Distinct sets that are shown. */
  readonly top: number;
  /** The largest chi-square of these, of points and bars together. */
  readonly most: number;
  /** Sets are distinct if some rung differs by more. */
  readonly apart: number;
  /** A fit is near if its largest difference is at most this. */
  readonly within: number;
}

interface FitSearch extends FitLimits, Pick<FitOptions, "starts" | "seed" | "noiseStd"> {
  readonly points: readonly CorrelationPoint[];
  readonly results: readonly FitResult[];
}

/** Tables for people: the sets with their ladders, their constants to paste, and what the near fits agree in. */
export function fitText(search: FitSearch): string {
  return `${search.results.map((result) => resultText(result, search)).join("\n")}\n${legend(search)}`;
}

function resultText({ sines, sets, near, spreads }: FitResult, search: FitSearch): string {
  const { starts, within, points } = search;
  const [weighed, barred] = [hasErrors(points), hasBars(points)];
  const rows = sets.map((set, i) => [
    String(i + 1),
    String(set.fits),
    set.largest.toFixed(5),
    set.rms.toFixed(5),
    ...(weighed ? [set.chiSquare.toFixed(2)] : []),
    ...(barred ? [set.barChiSquare.toFixed(2)] : []),
    set.ladder.map((loss) => loss.toFixed(3)).join(" "),
  ]);
  const chiSquares = [...(weighed ? ["chi-square"] : []), ...(barred ? ["of bars"] : [])];
  const header = ["set", "fits", "largest", "rms", ...chiSquares, "ladder"];
  const constants = sets.map(({ settings }, i) => `${i + 1}: data: ${constantsYaml(settings)}\n`);
  const found = `${sines} sines, ${points.length} points: ${near} of ${starts} starts end within ${within} of all points\n\n`;
  return [found, table([header, ...rows]), "\n", ...constants, ...spreadsText(spreads, near, within)].join("");
}

function spreadsText(spreads: readonly Spread[], near: number, within: number): string[] {
  if (near < 2) return [];
  const rows = spreads.map(({ name, low, high }) => [name, low, high, high - low].map(shortNumber));
  return [
    `\nwhere the constants of the ${near} fits within ${within} lie:\n`,
    table([["", "from", "to", "width"], ...rows]),
  ];
}

function shortNumber(value: string | number): string {
  return typeof value === "number" ? value.toFixed(3) : value;
}

function legend({ apart, points, noiseStd }: FitSearch): string {
  const chiSquare = hasErrors(points)
    ? "\nchi-square: squares of the differences in units of the points' standard errors"
    : "";
  const ofBars = hasBars(points)
    ? "\nof bars: the same of the error bars, in units of a standard deviation's standard error"
    : "";
  return `largest, rms: difference from the points; fits: those whose ladder is the set's within ${apart}${chiSquare}${ofBars}
ladder: loss of the best predictor that knows all but the 0, 1, ... fastest sines
noise of sd ${noiseStd} is given, not fitted; mirrored phases (-beta) are the same set
`;
}

function hasErrors(points: readonly CorrelationPoint[]): boolean {
  return points[0]?.error !== undefined;
}

function hasBars(points: readonly CorrelationPoint[]): boolean {
  return points[0]?.bar !== undefined;
}

/** Constants on one line, as the value of a config's `data`. */
function constantsYaml(settings: GeneratorSettings): string {
  const options = { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 } as const;
  return stringify(settings, options).trimEnd();
}

/** A row for each set; rungs that a set has not are empty. A set that fits the bars as well has a `b` before its number. */
export function fitCsv({ results, points }: FitSearch): string {
  const barred = hasBars(points);
  const most = Math.max(...results.map(({ sines }) => sines));
  const rows = results.flatMap(({ sines, sets }) =>
    sets.map(({ settings, largest, rms, chiSquare, barChiSquare, fits, ladder }, i) => {
      const rungs = Array.from({ length: most + 1 }, (_, j) => [`rung${j}`, ladder[j] ?? Number.NaN] as const);
      const distances = { largestDifference: largest, rms, chiSquare, ...(barred && { barChiSquare }) };
      return {
        sines,
        set: barred ? `b${i + 1}` : i + 1,
        fits,
        ...distances,
        ...Object.fromEntries(rungs),
        data: constantsYaml(settings),
      };
    }),
  );
  return toCsv(rows);
}
