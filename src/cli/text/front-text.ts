// The fronts of static task weights, as tables.
import { modelAt, pointText } from "../../identity/cell.ts";
import { type Estimate, estimateText, LEAST_SHOWN, runsText } from "../../stats/estimate.ts";
import type { Front, FrontPoint } from "../../summary/front.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./cell-names.ts";
import { inPercent } from "./summary-text.ts";

/** A table for each front with a row for each point, which methods leave it, and what the columns mean. */
export function frontBlocks(fronts: readonly Front[], tasks: readonly string[]): Block[] {
  return [...fronts.map((front) => frontBlock(front, tasks)), { before: notes(fronts) }];
}

const BEYOND = "beyond, % [95 %]";
const FRONT = "front";
const ADDS = "adds, % [95 %]";

function frontBlock(front: Front, tasks: readonly string[]): Block {
  const { points, runs } = front;
  const hasMethods = points.some(({ isMethod }) => isMethod);
  const digits = tasks.map((_, k) => digitsOf(points.map(({ losses }) => losses[k].value)));
  const heads = ["", ...tasks.map((task) => `${task} [95 %]`), FRONT, ...(hasMethods ? [BEYOND, ADDS] : [])];
  const rows = points.map((point) => [
    point.name,
    ...point.losses.map((loss, k) => estimateText(loss, digits[k], runs)),
    point.isOnFront ? "yes" : "-",
    ...(hasMethods ? [percent(point.beyond, 1, runs), percent(point.adds, 2, runs)] : []),
  ]);
  return { before: titleOf(front, digits), rows: [heads, ...rows], lean: [ADDS, FRONT], ...placesText(front) };
}

/** Decimals of numbers up to the largest, which then has four digits. */
function digitsOf(values: readonly number[]): number {
  const whole = Math.floor(Math.log10(Math.max(...values))) + 1;
  return Math.min(6, Math.max(0, 4 - whole));
}

function percent(found: Estimate | undefined, digits: number, runs: number): string {
  return found === undefined ? "-" : estimateText(inPercent(found), digits, runs);
}

function titleOf(
  { model, correlation, point, runs, reference, hypervolume }: Front,
  digits: readonly number[],
): string {
  const cell = [modelAt(model, correlation), pointText(point), runsText(runs)].filter((part) => part !== "");
  const worst = reference.map((loss, k) => loss.toFixed(digits[k])).join(", ");
  const volume = hypervolume && `\nhypervolume below (${worst}): ${percent(hypervolume, 1, runs)} %`;
  return `${cell.join(", ")}${volume ?? ""}`;
}

/** Which methods leave the front, by their intervals. */
function placesText({ points, runs }: Front): Pick<Block, "after"> {
  const methods = points.filter((point): point is FrontPoint & { beyond: Estimate } => point.beyond !== undefined);
  if (methods.length === 0 || runs < LEAST_SHOWN) return {};
  const named = (words: string, isThere: (beyond: Estimate) => boolean) => {
    const names = methods.filter(({ beyond }) => isThere(beyond)).map(({ name }) => name);
    return names.length > 0 ? [`${words}: ${names.join(", ")}`] : [];
  };
  const sides = [
    ...named("beyond the front", ({ low }) => low > 0),
    ...named("behind it", ({ high }) => high < 0),
    ...named("not told from it", ({ low, high }) => !(low > 0 || high < 0)),
  ];
  return { after: sides.join("; ") };
}

function notes(fronts: readonly Front[]): string {
  const hasMethods = fronts.some(({ points }) => points.some(({ isMethod }) => isMethod));
  const line = fronts.some(({ reference }) => reference.length > 2) ? "points" : "the line through the points";
  return [
    "front: whether no static weights have lower mean losses of all tasks.",
    "hypervolume: what static weights dominate of the box from their best to their worst mean losses, the reference point.",
    ...(hasMethods
      ? [
          `beyond: by how much all losses of a method could rise before they are on the front, ${line} of static weights; below 0 the method is behind.`,
          "adds: what a method adds to the hypervolume, in percent of the same box.",
        ]
      : []),
    ...fewNote(fronts.map(({ runs }) => runs)),
  ].join("\n");
}
