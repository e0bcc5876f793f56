// What the pages say of regimes, from the committed runs of results/regimes.
import { committedRuns, regimeNames, regimeSweeps } from "../../src/regimes/regimes.ts";
import {
  contestants,
  overRegimes,
  placeOf,
  type RegimeResult,
  regimeResults,
  type Standing,
  verdictOf,
} from "../../src/regimes/standings.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { holm } from "../../src/stats/pairs.ts";
import { cached, type Row, rows } from "./committed.ts";

const results = cached(async (): Promise<RegimeResult[]> => {
  const committed = await committedRuns(regimeSweeps(regimeNames()), () => {});
  return regimeResults(
    [...committed].map(([sweep, folders]) => ({ sweep, own: [], committed: contestants(sweep, folders) })),
  );
});

const standing = async (regime: string, name: string): Promise<Standing> => standingIn(await results(), regime, name);

/** How a committed contestant stands in a regime. */
export function standingIn(all: readonly RegimeResult[], regime: string, name: string): Standing {
  const found = all.find((one) => one.regime === regime)?.committed.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`${name} is not in regime ${regime}`);
  return found;
}

/** Gains over Single-Task in percent, of contestants in a regime or in one of its cells. */
export async function regimeGains(regime: string, names: readonly string[] | string, cell?: string): Promise<number[]> {
  const all = await Promise.all([names].flat().map((name) => standing(regime, name)));
  return all.map((one) => 100 * ((cell === undefined ? one.gain : one.cells.get(cell))?.value ?? Number.NaN));
}

/** The least and the greatest gain over Single-Task of a model with the methods that are not the sum, in percent. */
export async function methodGains(regime: string, model: string): Promise<number[]> {
  const all = (await results()).find((one) => one.regime === regime)?.committed ?? [];
  const gains = all.flatMap(({ name, gain }) => (name.startsWith(`${model}, `) ? [100 * gain.value] : []));
  return [Math.min(...gains), Math.max(...gains)];
}

/** Gains of the worst task, in percent. */
export async function worstGains(regime: string, names: readonly string[]): Promise<number[]> {
  return Promise.all(names.map(async (name) => 100 * (await standing(regime, name)).worst.value));
}

/** `better`, `worse` or `not told apart`: the first beside the second, by a paired t test at 5 % without adjustment. */
export async function beside(regime: string, first: string, second: string): Promise<string> {
  const { better, worse } = placeOf(await standing(regime, first), [await standing(regime, second)]);
  return better ? "better" : worse ? "worse" : "not told apart";
}

/** No value if all words are the expected one, else the words. */
export async function every(
  words: readonly Promise<string>[] | Promise<string[]>,
  expected: string,
): Promise<string[]> {
  const found = await Promise.all(await words);
  return found.every((word) => word === expected) ? [] : found;
}

/** Contestants that win in a regime, without the numbers at the ends of their names. */
export async function winners(regime: string): Promise<string[]> {
  const all = (await results()).find((one) => one.regime === regime)?.committed ?? [];
  return all.filter((one) => verdictOf(one) === "wins").map(({ name }) => name.replace(/-\d$/, ""));
}

/** Mean ranks over the regimes of the zoo, of some contestants, and what tells two apart. */
export async function meanRanks(names: readonly string[]): Promise<number[]> {
  const { ranks } = overRegimes(await results());
  return names.map((name) => ranks.find((one) => one.name === name)?.rank ?? Number.NaN);
}
export const rankDifference = async (): Promise<number> => overRegimes(await results()).difference;
export const contestantCount = async (): Promise<number> => overRegimes(await results()).ranks.length;

/** Losses are said as numbers above zero. */
export const negative = async (values: Promise<number[]>): Promise<number[]> => (await values).map((value) => -value);

const MAP = "results/map/figures/map-heldout-481.9pt.csv";

/** The model that gains most in each cell of the map, with so many sines. */
function bestOfMap(sines: number): Row[] {
  const cells = groupBy(rows(MAP, { sines }), ({ correlation, trainRows }) => `${correlation} ${trainRows}`);
  return [...cells.values()].map((all) =>
    all.reduce((best, one) => (Number(one.value) > Number(best.value) ? one : best)),
  );
}

/** How many cells of the map's panel of so many sines are told apart from Single-Task, by Holm's method over the models there. */
export function toldCells(sines: number): number {
  const told = bestOfMap(sines).filter((best) => {
    const { correlation, trainRows } = best;
    const cell = rows(MAP, { sines, correlation: correlation as string, trainRows: trainRows as string });
    return (holm(cell.map(({ p }) => Number(p)))[cell.indexOf(best)] as number) < 0.05;
  });
  return told.length;
}

/** In how many cells of these panels and numbers of rows one of `models` gains most. */
export const bestCells = (sines: readonly number[], trainRows: readonly number[], models: readonly string[]): number =>
  sines
    .flatMap(bestOfMap)
    .filter((cell) => trainRows.includes(Number(cell.trainRows)) && models.includes(cell.model as string)).length;
