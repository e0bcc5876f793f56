// What numbers about methods against conflict are computed from, as in committed.ts.
import { type Cell, OF_CONTESTANT } from "../../src/identity/cell.ts";
import { zooLabel } from "../../src/models/zoo.ts";
import { joinedResults } from "../../src/records/at-point.ts";
import { cellLosses } from "../../src/records/cell-losses.ts";
import { betweenPoints, type CellComparison } from "../../src/summary/comparisons.ts";
import { type Front, type FrontPoint, frontsOf } from "../../src/summary/front.ts";
import { cached, resultsIn, word } from "./committed.ts";

/** Each method against `sum` in each cell of results/methods, on held-out rows, in pairs of runs. */
const fromSumTests = cached(
  async (): Promise<readonly CellComparison[]> =>
    betweenPoints(cellLosses(await resultsIn("results/methods"), "heldout")),
);

/** How many of these differences there are, how many are significant, and which: `` `mgda` with MMoE at .5 ``. */
export async function methodTests(): Promise<(number | string)[]> {
  const all = await fromSumTests();
  const found = all.filter(({ adjusted }) => adjusted < 0.05);
  return [all.length, word(found.length), ...found.map(({ first }) => nameOf(first))];
}

function nameOf({ point, model, correlation }: Cell): string {
  return `\`${point.method}\` with ${zooLabel(model)} at ${String(correlation).replace(/^0/, "")}`;
}

/** The fronts of static weights in a study of results/fronts, with its methods. */
const fronts = cached(async (study: string): Promise<readonly Front[]> => {
  const methods = study === "paper" ? "results/methods" : `results/fronts/${study}-methods`;
  const folders = await Promise.all([`results/fronts/${study}-weights`, methods].map((path) => resultsIn(path)));
  return frontsOf(joinedResults(folders, OF_CONTESTANT), "heldout");
});

const STUDIES = "scales rare-label narrow".split(" ");
const beyondOf = ({ points }: Front, method: string) => points.find(({ name }) => name === method)?.beyond;

/** How many fronts of some studies there are, and in how many of them a method is beyond the front, and behind it. */
export async function fromFronts(method: string, studies = STUDIES): Promise<number[]> {
  const all = (await Promise.all(studies.map((study) => fronts(study)))).flat();
  const found = all.flatMap((front) => beyondOf(front, method) ?? []);
  if (found.length !== all.length) throw new RangeError(`fromFronts: ${method} is not in every front`);
  return [found.filter(({ low }) => low > 0).length, found.filter(({ high }) => high < 0).length];
}

/** How many fronts some studies have, and how many static weights and methods there are in each. */
export async function frontCounts(studies = STUDIES): Promise<number[]> {
  const all = (await Promise.all(studies.map((study) => fronts(study)))).flat();
  const count = (is: (point: FrontPoint) => boolean) => new Set(all.map(({ points }) => points.filter(is).length));
  return [all.length, ...count(({ isMethod }) => !isMethod), ...count(({ isMethod }) => isMethod)];
}

/** By how much all losses of a method could rise before they are on the front, in percent, in each front of a study and a model. */
export async function beyond(study: string, model: string, method: string): Promise<number[]> {
  const own = (await fronts(study)).filter((front) => front.model === model);
  return own.map((front) => 100 * (beyondOf(front, method)?.value ?? Number.NaN));
}
