import type { Claim, ClaimPart } from "../claims/claim.ts";
import { claimRows, claimsOf, untestable } from "../claims/claims.ts";
import { countText, oursText, paperText, partText } from "../claims/judge.ts";
import { unitText } from "../config/losses.ts";
import type { Results } from "../records/read-results.ts";
import type { Estimate } from "../stats/estimate.ts";
import { doneCells } from "./draw/facts.ts";
import { type Figure, type FigureOptions, page, type Unavailable } from "./draw/figure.ts";
import { type RowGroup, rowChart } from "./draw/row-chart.ts";
import { linearScale, type Scale, shortNumber } from "./draw/scale.ts";
import { across, down, markerAt } from "./draw/series.ts";
import { type Theme, themeFor } from "./draw/style.ts";
import { element, type SvgNode } from "./draw/svg.ts";
import { intervalWords, lossName, runsSentence, unitsSentence, withMinus } from "./draw/words.ts";
import { finished } from "./finished.ts";
import { sweepOf } from "./sweep-facts.ts";

const NAME = "verdicts";
/** Two columns of the paper, in points. */
const WIDE = 504;
/** Height of a row, in points. */
const ROW = 11;

/** The paper's claims, a panel for each that the sweep tests: our interval, the range that the claim expects, and the paper's value. */
export function verdicts(results: Results, options: FigureOptions): Figure | Unavailable {
  const sweep = sweepOf(results);
  const lacking = untestable(results.config) ?? sizeOrPart(options);
  if (lacking !== undefined) return { name: NAME, lacking, never: true };
  if (doneCells(sweep).length === 0) return { name: NAME, lacking: "no run is done" };
  const claims = claimsOf(results, options.loss);
  if (claims.every(({ deciding }) => deciding === null))
    return { name: NAME, lacking: "its runs cover none of the paper's claims", never: true };
  const theme = themeFor({ ...options, width: WIDE });
  const { loss, unit } = options;
  const chart = rowChart(
    claims.flatMap((claim) => (claim.deciding === null ? [] : [claimGroup(claim, claim.deciding, theme)])),
    {
      theme,
      row: ROW,
      ownAxes: true,
      scale: scaleOf,
      foot: `${lossName(loss)} after the last step, ${unitText(unit)}; or a ratio`,
    },
  );
  const picture = page({
    name: NAME,
    title: "The paper's claims, each by the part that decides it",
    caption: `${captionStart(claims, options)} ${runsSentence(doneCells(sweep), sweep)}`,
    theme,
    ...chart,
  });
  return finished(picture, claims.flatMap(claimRows), options);
}

/** What can't be chosen of this figure. */
function sizeOrPart({ without, width, height }: FigureOptions): string | undefined {
  if (without !== undefined) return "claims are of all models and correlations";
  if ((width ?? height) !== undefined) return "its size is fixed; leave --width and --height out";
  return undefined;
}

function captionStart(claims: readonly Claim[], { loss, unit }: FigureOptions): string {
  const sources = new Set(claims.flatMap(({ deciding }) => deciding?.paper ?? []).map(({ from }) => from));
  const runs = claims.flatMap(({ deciding }) => deciding?.runs ?? []);
  const paper = sources.size === 0 ? "" : ` Square: the paper's value, read off its ${[...sources].join(" and ")}.`;
  const lacking = claims.flatMap(({ id, because, deciding }) =>
    deciding === null ? [` Not covered: ${id} (${because}).`] : [],
  );
  return (
    `The paper's claims, tested on the ${lossName(loss)} after the last step (${unitsSentence({ loss, unit })}). Each panel shows the part of the claim that decides ` +
    "its verdict, on its own axis: a difference of losses, or a ratio. Upright mark: ours; " +
    `${intervalWords(runs, "thick line: its 95 % interval over runs", "no intervals")}; shaded: where the claim expects it ` +
    `(the margins are assumed).${paper}${lacking.join("")} The CSV file has every part.`
  );
}

/** Ours, and below it the paper's, before the range in which the claim expects them. */
function claimGroup({ id, verdict, says, parts }: Claim, part: ClaimPart, theme: Theme): RowGroup {
  const { about, unit, bound, ours, paper } = part;
  const rows = [
    {
      label: `${about}: ${oursText(part)}`,
      words: `${partText(part)} (${countText(parts, part)})`,
      marks: oursNodes(ours, theme),
    },
  ];
  if (paper) {
    const style = { fill: theme.background, stroke: theme.ink, area: 14 };
    const label = `the paper: ${paperText(part)} (${paper.mark})`;
    rows.push({ label, words: label, marks: (x, y) => [markerAt("square", x.at(paper.value), y, style)] });
  }
  const ends = [ours.value, ours.low, ours.high, bound.low, bound.high, paper?.value ?? ours.value];
  return {
    title: `${id} ${verdict}: ${says}`,
    rows: rows.map(({ label, words, marks }, i) => ({
      label: withMinus(label),
      words: withMinus(words),
      attributes: { "data-claim": id },
      marks: (x, y) => [...(i === 0 ? rangeNodes(bound, x, y, rows.length * ROW, theme) : []), ...marks(x, y)],
    })),
    values: [...ends, unit === "ratio" ? 1 : Number.NaN].filter(Number.isFinite),
  };
}

function oursNodes({ value, low, high }: Estimate, { ink }: Theme) {
  return (x: Scale, y: number): SvgNode[] => [
    ...(Number.isFinite(low) && Number.isFinite(high) ? [across(x.at(low), x.at(high), y, ink, 3)] : []),
    ...(Number.isFinite(value) ? [down(x.at(value), y - 4, y + 4, ink, 1)] : []),
  ];
}

/** A shade over the expected range, from the first row at height `y` on, and a line at each of its ends. */
function rangeNodes(
  { low, high }: ClaimPart["bound"],
  x: Scale,
  y: number,
  height: number,
  { quiet, guide }: Theme,
): SvgNode[] {
  const top = y - ROW / 2 - 1;
  const [from, to] = [Math.max(low, x.domain[0]), Math.min(high, x.domain[1])];
  const shade = { x: x.at(from), y: top, width: x.at(to) - x.at(from), height: height + 2, fill: guide };
  const ends = [low, high].filter((end) => end > x.domain[0] && end < x.domain[1]);
  return [
    element("rect", { class: "expected", ...shade, "fill-opacity": 0.6 }),
    ...ends.map((end) => down(x.at(end), top, top + height + 2, quiet, 0.8)),
  ];
}

/** With room beyond what it shows. */
function scaleOf(range: readonly [number, number], values: readonly number[]): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const beyond = (high - low || Math.abs(high) || 1) * 0.12;
  return linearScale(low - beyond, high + beyond, { range, label: shortNumber });
}
