import type { Claim, ClaimPart } from "../claims/claim.ts";
import { claimRows, claimsOf, untestable } from "../claims/claims.ts";
import { boundText, countText, oursText, paperText, partText } from "../claims/judge.ts";
import { unitText } from "../config/losses.ts";
import type { Results } from "../records/read-results.ts";
import { type Box, panel } from "./draw/axes.ts";
import { type Part, stacked } from "./draw/chart.ts";
import { doneCells } from "./draw/facts.ts";
import { type Figure, type FigureOptions, page, type Unavailable } from "./draw/figure.ts";
import { linearScale, logScale, type Scale, shortNumber } from "./draw/scale.ts";
import { across, down, markerAt } from "./draw/series.ts";
import { type Theme, themeFor } from "./draw/style.ts";
import { brokenLines, element, group, SIZE, SMALL, type SvgNode, text, textWidth } from "./draw/svg.ts";
import { capitalised, intervalWords, lossName, runsSentence, unitsSentence, withMinus } from "./draw/words.ts";
import { finished } from "./finished.ts";
import { sweepOf } from "./sweep-facts.ts";

const NAME = "verdicts";

/** The paper's claims, a row for each: our interval, the range that the claim expects, and the paper's value. */
export function verdicts(results: Results, options: FigureOptions): Figure | Unavailable {
  const sweep = sweepOf(results);
  const lacking = untestable(results.config) ?? sizeOrPart(options);
  if (lacking !== undefined) return { name: NAME, lacking, never: true };
  if (doneCells(sweep).length === 0) return { name: NAME, lacking: "no run is done" };
  const claims = claimsOf(results, options.loss);
  if (claims.every(({ parts }) => parts.length === 0))
    return { name: NAME, lacking: "its runs cover none of the paper's claims", never: true };
  const theme = themeFor(options);
  const contents = stacked([
    headPart(options, theme),
    ...claims.map((claim) => (top: number) => claimNodes(claim, top, theme)),
  ]);
  const picture = page({
    name: NAME,
    title: "The paper's claims, each by the part that decides it",
    caption: `${captionStart(claims, options)} ${runsSentence(doneCells(sweep), sweep)}`,
    width: WIDE,
    ...contents,
    theme,
  });
  return finished(picture, claims.flatMap(claimRows), options);
}

/** What can't be chosen of this figure. */
function sizeOrPart({ without, width, height }: FigureOptions): string | undefined {
  if (without !== undefined) return "claims are of all models and correlations";
  if ((width ?? height) !== undefined) return "its size is fixed; leave --width and --height out";
  return undefined;
}

function headPart({ loss, unit }: FigureOptions, { ink }: Theme): Part {
  const words = `${capitalised(lossName(loss))} after the last step: ${unitText(unit)}`;
  return (top) => ({ nodes: [text(words, 0.5, top + HEAD - 3, { fill: ink })], bottom: top + HEAD });
}

function captionStart(claims: readonly Claim[], { loss, unit }: FigureOptions): string {
  const sources = new Set(claims.flatMap(({ deciding }) => deciding?.paper ?? []).map(({ from }) => from));
  const runs = claims.flatMap(({ deciding }) => deciding?.runs ?? []);
  const paper =
    sources.size === 0 ? "" : ` Hollow mark: the paper's value, read off its ${[...sources].join(" and ")}.`;
  return (
    `The paper's claims, tested on the ${lossName(loss)} after the last step (${unitsSentence({ loss, unit })}). Each row shows the part of the claim that decides ` +
    "its verdict, on its own axis: a difference of losses, or a ratio on a logarithmic axis. Upright mark: ours; " +
    `${intervalWords(runs, "thick line: its 95 % interval over runs", "no intervals")}; shaded: where the claim expects it (the margins are assumed).${paper} The CSV file has every part.`
  );
}

/** Two columns of the paper, in points. */
const WIDE = 504;
/** Height of the line above the rows. */
const HEAD = 14;

/** Where the plot and the verdict begin. */
const PLOT = 192;
const VERDICT = 392;
const PLOT_WIDTH = VERDICT - PLOT - 14;
/** Height of a line of text. */
const LINE = 10;
const PLOT_HEIGHT = 17;
/** Room for the numbers below an axis. */
const NUMBERS = 11;
const GAP = 9;

/** From `top` on; `bottom` is where the next row begins. */
function claimNodes(claim: Claim, top: number, theme: Theme): { nodes: SvgNode[]; bottom: number } {
  const { id, verdict, deciding } = claim;
  const left = claimLines(claim, theme, top);
  const right = deciding === null ? lackingLines(claim, theme, top) : partLines(claim, deciding, theme, top);
  const plotted = deciding === null ? [] : [plotOf(deciding, `Claim ${id}`, top + 4, theme)];
  const lines = Math.max(left.length, right.length + (deciding === null ? 0 : 1));
  const bottom = Math.max(top + lines * LINE, deciding === null ? 0 : top + 4 + PLOT_HEIGHT + NUMBERS) + GAP;
  const rule = across(0, WIDE, top, theme.guide, 0.5);
  const nodes = [rule, ...left, verdictNode(verdict, top, theme), ...plotted, ...right];
  return { nodes: [group({ class: "claim", "data-claim": id }, nodes)], bottom };
}

function lineAt(top: number, line: number): number {
  return top + (line + 1) * LINE;
}

/** The claim, and below it the part that decides it. */
function claimLines({ id, says, deciding }: Claim, { ink, quiet }: Theme, top: number): SvgNode[] {
  const wide = textWidth("5.1-1 ", SIZE, "SemiBold") + 2;
  const claim = brokenLines(capitalised(says), PLOT - wide - 12, SIZE);
  const part = deciding === null ? [] : brokenLines(deciding.about, PLOT - wide - 12, SMALL);
  return [
    text(id, 0.5, lineAt(top, 0), { fill: ink, weight: "SemiBold" }),
    ...claim.map((words, i) => text(words, wide, lineAt(top, i), { fill: ink })),
    ...part.map((words, i) => text(words, wide, lineAt(top, claim.length + i), { fill: quiet, size: SMALL })),
  ];
}

/** The mark of a verdict: filled, a diamond, hollow, a dash. */
function verdictNode(verdict: Claim["verdict"], top: number, { ink, quiet, background }: Theme): SvgNode {
  const [x, y] = [VERDICT + 4, lineAt(top, 0) - SIZE * 0.33];
  const marks: Readonly<Record<Claim["verdict"], SvgNode>> = {
    holds: markerAt("circle", x, y, { fill: ink, stroke: ink, area: 22 }),
    "does not hold": markerAt("diamond", x, y, { fill: ink, area: 26 }),
    undecided: markerAt("circle", x, y, { fill: background, stroke: ink, area: 22 }),
    "not covered": across(x - 3, x + 3, y, quiet, 1),
  };
  const colour = verdict === "not covered" ? quiet : ink;
  return group({ class: "verdict" }, [
    marks[verdict],
    text(verdict, VERDICT + 11, lineAt(top, 0), { fill: colour, weight: "SemiBold" }),
  ]);
}

/** How many parts agree, ours, what is expected, and the paper's: below the verdict. */
function partLines({ parts }: Claim, part: ClaimPart, { ink, quiet }: Theme, top: number): SvgNode[] {
  const { paper } = part;
  const counted = brokenLines(countText(parts, part), WIDE - VERDICT - 11, SMALL);
  const lines = [...counted, oursText(part), `expected ${boundText(part)}`];
  const line = (words: string, i: number, fill = quiet, more = {}) =>
    text(withMinus(words), VERDICT + 11, lineAt(top, i + 1), { fill, size: SMALL }, more);
  return [
    ...lines.map((words, i) => line(words, i, i === counted.length ? ink : quiet)),
    ...(paper ? [line(`paper ${paperText(part)} (${paper.mark})`, lines.length, quiet, { class: "paper" })] : []),
  ];
}

function lackingLines({ because }: Claim, { quiet }: Theme, top: number): SvgNode[] {
  const lines = brokenLines(because, PLOT_WIDTH, SMALL);
  return lines.map((words, i) => text(words, PLOT, lineAt(top, i), { fill: quiet, size: SMALL }));
}

/** The part's interval before the range in which it is expected, and the paper's value. */
function plotOf(part: ClaimPart, name: string, y: number, theme: Theme): SvgNode {
  const box = { x: PLOT, y, width: PLOT_WIDTH, height: PLOT_HEIGHT };
  const x = scaleOf(part, [box.x, box.x + box.width]);
  const middle = box.y + box.height / 2;
  const marks = [
    ...rangeNodes(part, x, box, theme),
    oursNode(part, x, middle, theme),
    paperNode(part, x, middle, theme),
  ];
  const heights: Scale = { type: "linear", domain: [0, 1], range: [y, y + PLOT_HEIGHT], at: (at) => y + at, ticks: [] };
  return panel({ box, x, y: heights, theme, guides: "x", attributes: { "data-name": name } }, marks);
}

function oursNode(part: ClaimPart, x: Scale, y: number, { ink }: Theme): SvgNode {
  const { value, low, high } = part.ours;
  return group({ class: "row" }, [
    element("title", {}, [withMinus(partText(part))]),
    ...(Number.isFinite(low) && Number.isFinite(high) ? [across(x.at(low), x.at(high), y, ink, 3)] : []),
    ...(Number.isFinite(value) ? [down(x.at(value), y - 4, y + 4, ink, 1)] : []),
  ]);
}

function paperNode({ paper }: ClaimPart, x: Scale, y: number, { ink, background }: Theme): SvgNode {
  const style = { fill: background, stroke: ink, area: 14 };
  return group({ class: "paper" }, paper === null ? [] : [markerAt("square", x.at(paper.value), y, style)]);
}

/** With room for the interval, the paper's value and the ends of the expected range; of a ratio for 1 too. */
function scaleOf(part: ClaimPart, range: readonly [number, number]): Scale {
  const { bound, paper, unit } = part;
  const ours = part.ours;
  const values = [ours.value, ours.low, ours.high, bound.low, bound.high, paper?.value ?? ours.value].filter(
    Number.isFinite,
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (unit === "ratio" && low > 0) return logScale(Math.min(1, low) / 1.15, Math.max(1, high) * 1.15, { range });
  const beyond = (high - low || Math.abs(high) || 1) * 0.12;
  return linearScale(low - beyond, high + beyond, { range, label: shortNumber });
}

/** A shade over the expected range, and a line at each of its ends. */
function rangeNodes({ bound }: ClaimPart, x: Scale, box: Box, { quiet, guide }: Theme): SvgNode[] {
  const [from, to] = [Math.max(bound.low, x.domain[0]), Math.min(bound.high, x.domain[1])];
  const ends = [bound.low, bound.high].filter((end) => end > x.domain[0] && end < x.domain[1]);
  const shade = { x: x.at(from), y: box.y, width: x.at(to) - x.at(from), height: box.height, fill: guide };
  return [
    element("rect", { class: "expected", ...shade, "fill-opacity": 0.6 }),
    ...ends.map((end) => down(x.at(end), box.y, box.y + box.height, quiet, 0.8)),
  ];
}
