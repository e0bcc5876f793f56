// What numbers about the search for the paper's setting are computed from, as in test/results/committed.ts.
import { parse } from "yaml";
import { eachLoss } from "../../src/config/losses.ts";
import { GENERATOR_PRESETS, type GeneratorPresetName } from "../../src/data/presets.ts";
import type { GeneratorSettings } from "../../src/data/settings.ts";
import { publishedFigure4 } from "../../src/figures/published.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { type CellPoint, cellPoints } from "../../src/records/curves-csv.ts";
import { journalPaths, readJournal } from "../../src/records/read-journals.ts";
import { readResults } from "../../src/records/read-results.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { mean, quantileSorted } from "../../src/stats/moments.ts";
import {
  cached,
  column,
  type Loss,
  median,
  PAPER_MODELS,
  type Row,
  rows,
  type Where,
} from "../../test/results/committed.ts";
import { type Clusters, clustersOf, publishedClusters } from "../src/clusters.ts";
import { constantsText, setsIn } from "../src/constants.ts";
import { type CurvePoint, trainedKey } from "../src/curves.ts";
import { AXES, distance, interpolated, LITERAL_UNIT, literalDistance, logCurves, one } from "../src/distance.ts";
import { type Bin, chanceDistance, earthMover } from "../src/earth-mover.ts";
import { READINGS, type Reading, type RunFinal, runFinals } from "../src/finals.ts";
import { fitOf } from "../src/fit/fit.ts";
import { readPoints } from "../src/fit/points.ts";
import { publishedFinals, publishedFinalsOfOmoe } from "../src/published-finals.ts";
import { endsOf } from "../src/spread.ts";
import { readStored, type Stored } from "../src/store.ts";
import { studySpreads } from "../src/studies.ts";
import { settingsOf } from "../src/trained.ts";

/** Figure 2's points and error bars, the bar at 1 last. */
const FIGURE2 = readPoints("results/published/fig2.csv", { trials: 100, rows: 10_000 });

/** What a chi-square exceeds with a probability of 5 %, by its degrees of freedom. */
const FIVE_PERCENT: Readonly<Record<number, number>> = { 3: 7.815, 5: 11.07, 7: 14.067, 8: 15.507, 9: 16.919 };

/** Chi-squares of a set of constants in Figure 2: of the nine points, of the nine bars, and of the eight bars below 1. */
export const inFigure2 = cached((name: string): [number, number, number] => {
  const settings: GeneratorSettings =
    GENERATOR_PRESETS[name as GeneratorPresetName]?.settings ?? parse(constantsText(name));
  const [{ chiSquare, barChiSquare }, below] = [fitOf(settings, FIGURE2), fitOf(settings, FIGURE2.slice(0, -1))];
  return [chiSquare, barChiSquare, below.barChiSquare];
});

/** Of the sets that fit the points alone: how many there are, how many pass at 5 % with nine bars, and how many with eight. */
export function withBars(): number[] {
  const all = ["points", "phases", "rungs"].flatMap((file) => setsIn(file) as string[]);
  const eight = all.filter((name) => inFigure2(name)[2] < FIVE_PERCENT[8]);
  return [all.length, all.filter(passes).length, eight.length];
}

/** Whether the nine bars allow a set that fits the points alone, at 5 %. */
export const passes = (name: string): boolean => inFigure2(name)[1] < FIVE_PERCENT[9];

/** Chi-square of a set of constants.csv, points and bars together. */
const jointly = (row: Row): number => Number(row.chiSquare) + Number(row.barChiSquare);

/**
 * Of the sets of constants.csv with so many sines: the lowest chi-square of points and bars together, its degrees of freedom, and how many
 * sets pass at 5 %.
 */
export function fitted(sines: number): number[] {
  const squares = rows("research/results/constants.csv", { sines }).map(jointly);
  return [Math.min(...squares), freedom(sines), squares.filter((one) => one < FIVE_PERCENT[freedom(sines)]).length];
}

/** Degrees of freedom of points and bars, with the scale and each sine's frequency and phase fitted. */
const freedom = (sines: number): number => 2 * FIGURE2.length - (1 + 2 * sines);

/** Alpha x scale of a set, slowest first. */
export const frequencies = (name: string): number[] =>
  (parse(constantsText(name)) as GeneratorSettings).alpha.map((a) => a * scaleOf(name));

/** The lowest and highest values of a number, over the sets of constants.csv with so many sines that pass. */
export function amongFitting(sines: number, of: (name: string, row: Row) => number): number[] {
  const passing = rows("research/results/constants.csv", { sines }).filter(
    (row) => jointly(row) < FIVE_PERCENT[freedom(sines)],
  );
  const values = passing.map((row) => of(`${sines}-${row.set}`, row));
  return [Math.min(...values), Math.max(...values)];
}

/** Alpha x scale of a set's fastest sine but so many. */
export const fastest = (but: number) => (name: string) => frequencies(name).at(-1 - but) as number;

/** A number of a row. */
export const of = (column: string) => (_: string, row: Row) => Number(row[column]);

/** The scale of a set. */
export const scaleOf = (name: string): number => (parse(constantsText(name)) as GeneratorSettings).scale;

const stored = await readStored();
const { curves, finals: runEnds } = await settingsOf(stored);
/** Points of curves by their constants: the sets are many, and most questions are about one of them. */
const curvesByConstants = groupBy(curves, ({ constants }) => constants);
const curvesWith = (where: Partial<CurvePoint>): readonly CurvePoint[] => {
  const ofSet = where.constants === undefined ? curves : (curvesByConstants.get(where.constants) ?? []);
  return ofSet.filter((point) => hasAll(point, where));
};

/** The settings of the search that have these values, nearest first. */
export function settings(where: Where, figure = 4): Row[] {
  return rows("research/results/settings.csv", { figure, ...where }).toSorted((a, b) => Number(a.rms) - Number(b.rms));
}

/** The distances of these settings from the paper's figure, nearest first. */
export const nearest = (where: Where, figure = 4): number[] => column(settings(where, figure), "rms");

/** Mean curves over the tasks of a results folder, or of a stored sweep, as points of the search. */
const curvesOf = cached((folder: string): CurvePoint[] => {
  const apart = stored.get(folder);
  if (apart !== undefined) return apart.curves.map((point) => ({ ...point, lr: 0 })); // one rate for each model
  const records = journalPaths(`${folder}/journal`).flatMap((path) => [...readJournal(path, console.warn)]);
  const points = [...groupBy(records, cellKey).values()].flatMap((cell) => [...cellPoints(cell)]);
  const means = points.filter((point) => point?.task === "mean") as CellPoint[];
  return means.map(({ cell, runs, step, statistics }) => ({
    lr: 0,
    constants: "",
    loss: "",
    initializer: "",
    rows: "",
    batch: 0,
    model: cell.model,
    correlation: cell.correlation as number,
    runs,
    step,
    losses: eachLoss((set) => ({ mean: statistics[set][0], error: 0 })),
  }));
});

interface Scale {
  /** What a loss is multiplied by: 2 for the sum of both tasks'. */
  readonly factor: number;
  /** Steps per unit of the paper's axis. */
  readonly unit: number;
}

/**
 * How far a sweep's mean curves, `factor` times as high, are from the paper's Figure 4, with `unit` steps a unit of its axis
 * or the best number: over all cells, and of each cell by model and correlation.
 */
export function far(folder: string, loss: Loss, { factor = 1, unit }: Partial<Scale> = {}) {
  const found = distance(logCurves(curvesOf(folder), loss, factor), one("0"), unit ? [unit] : undefined);
  const order = PAPER_MODELS.flatMap((model) => [0.5, 0.9, 1].map((p) => `${model} ${p}`));
  const cells = order.map((name) => found?.cells.find(({ cell }) => cell.trim() === name)?.rms as number);
  return { rms: found?.rms as number, cells };
}

/** A sweep's mean curve at points of the paper's axis. */
export function atAxis(folder: string, loss: Loss, scale: Scale, axis: readonly number[], cell: Where): number[] {
  const own = curvesOf(folder).filter((one) => one.model === cell.model && one.correlation === cell.correlation);
  return curveAt(own, loss, scale, axis);
}

/** A curve at points of the paper's axis. */
export function curveAt(curve: readonly CurvePoint[], loss: Loss, scale: Scale, axis: readonly number[]): number[] {
  const steps = curve.map(({ step }) => Math.log(step));
  const losses = curve.map(({ losses }) => Math.log(scale.factor * losses[loss].mean));
  return axis.map((point) => Math.exp(interpolated(steps, losses, Math.log(point * scale.unit))));
}

/** The mean absolute log ratio of a sweep's curves to the paper's Figure 4, over nine cells and seven points of the axis. */
export function meanLogRatio(folder: string, loss: Loss, scale: Scale): number {
  return meanLogRatioOf((step, cell) => atAxis(folder, loss, scale, [step], cell)[0]);
}

/** The same of the losses that a function gives at points of the axis. */
export function meanLogRatioOf(
  lossAt: (step: number, cell: { readonly model: string; readonly correlation: number }) => number,
): number {
  const points = [500, 1000, 2000, 3000, 5000, 7000, 9900];
  const ratios = publishedFigure4()
    .filter(({ step }) => points.includes(step))
    .map(({ model, correlation, step, loss }) => Math.log(lossAt(step, { model, correlation }) / loss));
  return mean(ratios.map(Math.abs));
}

/** Whether all three models were trained with a setting. */
const isWhole = (setting: Row): boolean =>
  setting.variant === "" && PAPER_MODELS.every((model) => setting[`${model} 0.5  end`] !== "");

/** The points of Figure 4's axis where curves are compared. */
export const axisPoints: readonly number[] = AXES[4];

/**
 * Each value of an axis with the least distance from the paper's Figure 4 of settings that have it and all three models, nearest
 * first. A rate that was chosen is no value.
 */
export const leastOfAll = (axis: string): number[] => {
  const own = groupBy(settings({}).filter(isWhole), (one) => one[axis]);
  return [...own].filter(([value]) => !value.startsWith("by ")).map(([, [nearest]]) => Number(nearest?.rms));
};

/** The least distance of settings whose models chose their rate. */
export const leastByModel = (): number =>
  Number(settings({}).find((one) => one.lr?.startsWith("by model") && isWhole(one))?.rms);

/** What a + b t^-q leaves of a curve of the paper's Figure 4, for q of a half, 1 and 2. */
export function residuals(model: string, correlation: number): number[] {
  const [fit] = rows("research/results/fingerprint.csv", { model, correlation });
  return ["0.5", "1", "2"].map((q) => Number(fit?.[`residual q=${q}`]));
}

const cellAt = (correlation: number) => `shared-bottom ${correlation} `;

/** Percentages of Shared-Bottom's runs in each cluster that has any, with its mean. */
const clusterNumbers = ({ shares, means }: Pick<Clusters, "shares" | "means">): number[] =>
  shares.flatMap((share, i) => (share === 0 ? [0] : [100 * share, means[i]]));

/** The clusters of the paper's Figure 5. */
export const paperClusters = (correlation: number): number[] =>
  clusterNumbers(publishedClusters.get(cellAt(correlation)) as Clusters);

/** Percentages of runs with no, one and both tasks bad, if as many tasks as in the paper were bad, each by itself. */
export function ifIndependent(correlation: number): number[] {
  const [, one = 0, both = 0] = (publishedClusters.get(cellAt(correlation)) as Clusters).shares;
  const bad = one / 2 + both;
  return [(1 - bad) ** 2, 2 * bad * (1 - bad), bad ** 2].map((share) => 100 * share);
}

/** The distances of a study's final losses from the paper's Figure 5, and that by chance. */
export async function emds(folder: string, reading: Reading): Promise<number[]> {
  const { cells, chance } = studySpreads(runFinals(await readResults(folder, () => {})))[reading];
  return [...[0.5, 0.9, 1].map((correlation) => cells.get(cellAt(correlation)) as number), chance];
}

function hasAll<T extends object>(one: T, where: Partial<T>): boolean {
  for (const key in where) if (one[key] !== where[key]) return false;
  return true;
}

/** Of a setting of the search: runs, late losses of ours and the paper, clusters, distance and that by chance. */
export function searched(where: Partial<RunFinal>): number[] {
  const [cell, ...more] = clustersOf(runEnds.filter((final) => hasAll(final, where)));
  if (cell === undefined || more.length > 0)
    throw new RangeError(`searched: expected one cell, got ${more.length + 1}`);
  return [cell.runs, cell.late, cell.paperLate, ...clusterNumbers(cell), cell.emd, cell.chance];
}

/** Of a curve of the search: how many runs, and the sums of both tasks' running means at points of the axis at its word. */
export function onAxis(axis: readonly number[], where: Partial<CurvePoint>): number[] {
  const own = curvesWith(where);
  const keys = new Set(own.map(trainedKey));
  if (keys.size !== 1) throw new RangeError(`onAxis: expected one curve, got ${keys.size}`);
  const ends = curveAt(own, "running", { factor: 2, unit: LITERAL_UNIT }, axis);
  return [own[0]?.runs, ...ends];
}

/** Whether a set of constants was fitted to Figure 2's points alone. */
const isOfPoints = ({ constants }: { readonly constants: string }): boolean => !constants.includes("-b");

/**
 * Sums of running means at a point of the axis at its word, over the sets of the points alone that a linear model was trained on at .5: how
 * many, quartiles.
 */
export function screened(model: string, point: number): number[] {
  const where = { model, correlation: 0.5, batch: 3, initializer: "fan-in-normal" };
  const own = curves.filter((one) => hasAll(one, where) && isOfPoints(one));
  const ends = [...groupBy(own, ({ constants }) => constants).values()]
    .map((curve) => curveAt(curve, "running", { factor: 2, unit: LITERAL_UNIT }, [point])[0])
    .sort((a, b) => a - b);
  return [ends.length, ...[0, 0.25, 0.5, 0.75, 1].map((share) => quantileSorted(ends, share))];
}

/** A linear model's curve with three rows and fan-in values: how many runs, and the sums at points of the axis. */
export const linearAt = (axis: readonly number[], constants: string, model: string, correlation: number): number[] =>
  onAxis(axis, { constants, initializer: "fan-in-normal", batch: 3, lr: 0.001, model: `${model}-linear`, correlation });

/**
 * The sets of the points alone that all three linear models were trained on at .5: how many, and each with its distance from the paper at 500, nearest first
 * (root mean square of log ratios). Of all sets, or of some.
 */
export function linearDistances(isMeant: (name: string) => boolean = () => true): (number | string)[] {
  const where = { model: "mmoe-linear", correlation: 0.5, batch: 3 };
  const trained = curves.filter((one) => hasAll(one, where) && isOfPoints(one));
  const found = [...new Set(trained.map(({ constants }) => constants))].filter(isMeant).map((constants) => {
    const ratios = PAPER_MODELS.map(
      (model) => linearAt([500], constants, model, 0.5)[1] / figure4([500], model, 0.5)[0],
    );
    return [constants, Math.sqrt(mean(ratios.map((ratio) => Math.log(ratio) ** 2)))] as const;
  });
  return [found.length, ...found.toSorted(([, a], [, b]) => a - b).flat()];
}

/**
 * Runs of half a million steps at .5 on a set, of models with or without an activation: of each model the runs' sums of running means, lowest
 * first, then how many of their tasks are bad.
 */
export function halfMillion(constants: string, isLinear: boolean, batch: number): number[][] {
  const where = { constants, batch, correlation: 0.5, steps: 500_000, rows: "fresh", initializer: "fan-in-normal" };
  const lr = batch < 32 ? 0.001 : 0.0001;
  return PAPER_MODELS.map((name) => {
    const model = isLinear ? `${name}-linear` : name;
    const own = runEnds.filter((final) => hasAll(final, { ...where, lr, model }));
    const ends = own.flatMap(({ running }) => READINGS.sum(running)).sort((a, b) => a - b);
    return [...ends, badOf(own)[0] as number];
  });
}

/** Such runs' sums after ten million steps beside the paper's counts: how many runs, the earth mover's distance, and that by chance. */
export function linearEmd(constants: string, model: "shared-bottom" | "omoe", correlation: number): number[] {
  const cell = { constants, batch: 3, lr: 0.001, correlation, steps: 1e7 };
  const finals = runEnds.filter((final) => hasAll(final, { ...cell, model: `${model}-linear` }));
  const published = { "shared-bottom": publishedFinals, omoe: publishedFinalsOfOmoe }[model];
  const bins = published.get(cellKey({ model, correlation, point: NO_CHOICE })) as readonly Bin[];
  return [finals.length, earthMover(endsOf(finals, "sum"), bins), chanceDistance(bins, finals.length)];
}

/** How far such curves of a set are from the paper's at points of the axis, in per cent: the least and the most over some cells. */
export function linearApart(
  constants: string,
  model: string,
  correlations: readonly number[],
  axis: readonly number[] = [500, 1000, 2000],
): number[] {
  const apart = correlations.flatMap((correlation) => {
    const own = linearAt(axis, constants, model, correlation).slice(1);
    return figure4(axis, model, correlation).map((paper, i) => 100 * Math.abs(own[i] / paper - 1));
  });
  return [Math.min(...apart), Math.max(...apart)];
}

/** Above this late loss a task lacks the fastest sine: between the good tasks, below .1, and the first rung, .176. */
const BAD_TASK = 0.12;

/** How many tasks are bad, and of how many. */
export const badTasks = (where: Partial<RunFinal>): number[] => badOf(runEnds.filter((final) => hasAll(final, where)));

function badOf(finals: readonly RunFinal[]): number[] {
  const tasks = finals.flatMap(({ late }) => late);
  return [tasks.filter((loss) => loss > BAD_TASK).length, tasks.length];
}

/** Of Shared-Bottom with a setting: the least number of runs, losses after a million steps, then bad tasks and all tasks. */
export function shared(where: Pick<CurvePoint, "constants" | "initializer" | "batch" | "lr">): number[] {
  const own = { ...where, model: "shared-bottom" };
  const known = [...new Set(curves.filter((point) => hasAll(point, own)).map(({ correlation }) => correlation))];
  const each = known.sort((a, b) => a - b).map((correlation) => onAxis([1000], { ...own, correlation }));
  return [Math.min(...each.map(([runs]) => runs)), ...each.map((one) => one[1]), ...badTasks(own)];
}

/** A quantile over the sampled sets of a column of phases.csv at a correlation; of bad tasks, as a share. */
export function sampled(share: number, name: "loss1000" | "badTasks", correlation: number): number {
  const values = rows("research/results/phases.csv").map((row) => {
    const value = Number(row[`${name} at ${correlation}`]);
    return name === "badTasks" ? value / (2 * Number(row.runs)) : value;
  });
  return quantileSorted(
    values.sort((a, b) => a - b),
    share,
  );
}

/** Of the sets that Shared-Bottom learned at rate .0001: how many have no bad task, how many there are, how many have at least 3. */
export function lowestRate(): number[] {
  const bad = rows("research/results/lowest-rate.csv").map(({ badTasks }) => Number(badTasks));
  return [bad.filter((tasks) => tasks === 0).length, bad.length, bad.filter((tasks) => tasks >= 3).length];
}

/** Shared-Bottom's losses at rate .0001 and correlation .5, at 500 and 1,000 on the axis at its word, with bad tasks and all. */
export function atLowestRate(constants: string): number[] {
  const [one] = rows("research/results/lowest-rate.csv", { constants });
  return [one?.loss500, one?.loss1000, one?.badTasks, 2 * Number(one?.runs)].map(Number);
}

/** Of the sets of rungs.csv: how many have a second rung like the four sines, and the median losses of those and of the others. */
export function fourSineRungs(): number[] {
  const sets = rows("research/results/rungs.csv").map(({ sines, set, rung2 }) => {
    return { like: Math.abs(Number(rung2) - 0.42) < 0.025, loss: atLowestRate(`${sines}-${set}`)[1] };
  });
  const losses = [true, false].map((like) => sets.filter((one) => one.like === like).map(({ loss }) => loss));
  return [losses[0]?.length, ...losses.map(median)];
}

/** The same rate for all models. */
export const ONE_RATE = { "shared-bottom": 0.001, omoe: 0.001, mmoe: 0.001 };

/** The setting of preset paper-long, but for its constants. */
export const LONG = { batch: 1, lr: 0.001, initializer: "glorot-uniform", rows: "fresh" };

/** The setting with two rows that comes nearest. */
export const TWO_ROWS = { constants: "6-r40", initializer: "fan-in-normal", batch: 2 };

/** The rates with which it does. */
export const TWO_ROWS_RATES = { "shared-bottom": 0.0001, omoe: 0.001, mmoe: 0.001 };

/** With that setting at one rate: runs, bad tasks and all, and the sums after ten million steps at .5, .9 and 1. */
export function atRate(model: string, lr: number): number[] {
  const where = { ...TWO_ROWS, model, lr };
  const ends = [0.5, 0.9, 1].map((correlation) => onAxis([9900], { ...where, correlation }));
  return [Math.min(...ends.map(([runs]) => runs)), ...badTasks(where), ...ends.map((end) => end[1])];
}

/** Means over the correlations of the sums after ten million steps at .0001 and .001, of the runs that have both. */
export function bothRates(model: string): number[] {
  const own = runEnds.filter((final) => hasAll(final, { ...TWO_ROWS, model, steps: 1e7 }));
  const keyOf = ({ correlation, run }: RunFinal) => `${correlation} ${run}`;
  const at = [0.0001, 0.001].map((lr) => new Map(own.filter((one) => one.lr === lr).map((one) => [keyOf(one), one])));
  const both = [...(at[0]?.keys() ?? [])].filter((key) => at[1]?.has(key));
  return at.map((finals) => mean(both.flatMap((key) => READINGS.sum((finals.get(key) as RunFinal).running))));
}

/** Its distance from Figure 4 on the axis at its word. */
export const nearestRms = (): number => onLiteralAxis(TWO_ROWS, TWO_ROWS_RATES)[1];

/** How many of its runs a cell has, and the sum at a point of the axis. */
function twoRowsAt(step: number, cell: { readonly model: string; readonly correlation: number }): [number, number] {
  const lr = TWO_ROWS_RATES[cell.model as keyof typeof TWO_ROWS_RATES];
  return onAxis([step], { ...TWO_ROWS, ...cell, lr }) as [number, number];
}

/** The mean absolute log ratio of its curves to the paper's, over nine cells and seven points of the axis. */
export const nearestLogRatio = (): number => meanLogRatioOf((step, cell) => twoRowsAt(step, cell)[1]);

/** Its runs with another seed. */
const OTHER_SEED = "two-rows";
const otherSeed = (stored.get(OTHER_SEED) as Stored).finals;

/** How many runs a cell has with the other seed. */
export const otherSeedRuns = (): number => otherSeed.length / 9;

/** Of each model: how many tasks are bad and of how many, with the seed of the search and with the other. */
export function badBySeed(): number[] {
  return Object.entries(TWO_ROWS_RATES).flatMap(([model, lr]) => [
    ...badTasks({ ...TWO_ROWS, model, lr }),
    ...badOf(otherSeed.filter((final) => final.model === model)),
  ]);
}

/** The distance from Figure 4 with the other seed. */
export const otherSeedRms = (): number => far(OTHER_SEED, "running", { factor: 2, unit: LITERAL_UNIT }).rms;

/** The mean absolute log ratio to the paper's curves of the runs of both seeds together. */
export const bothSeedsLogRatio = (): number =>
  meanLogRatioOf((step, cell) => {
    const [runs, loss] = twoRowsAt(step, cell);
    const others = otherSeed.filter((run) => hasAll(run, cell)).length;
    const [other] = atAxis(OTHER_SEED, "running", { factor: 2, unit: LITERAL_UNIT }, [step], cell) as [number];
    return (runs * loss + others * other) / (runs + others);
  });

/** The setting with four rows whose clusters are the paper's. */
export const FOUR_ROWS = { constants: "6-4", initializer: "fan-in-normal", batch: 4 };

/** With that setting: the mean over the correlations of the sums after a million steps. */
export const afterTenth = (model: string, lr: number): number =>
  mean([0.5, 0.9, 1].map((correlation) => onAxis([1000], { ...FOUR_ROWS, model, lr, correlation })[1]));

/** The paper's losses in Figure 4 at points of its axis. */
export const figure4 = (axis: readonly number[], model: string, correlation: number): number[] => {
  const own = publishedFigure4().filter((point) => point.model === model && point.correlation === correlation);
  return axis.map((point) => own.find(({ step }) => step === point)?.loss as number);
};

/** A setting of fresh rows at rate .001, if the figures show the running mean of one task. */
export function oneTaskRow(constants: string, initializer: string, batch: number): ReturnType<typeof settings>[number] {
  const [row, ...more] = settings({
    constants,
    initializer,
    batch,
    lr: 0.001,
    rows: "fresh",
    shown: "running",
    tasks: "one",
  });
  if (row === undefined || more.length > 0) throw new RangeError(`oneTaskRow: expected one, got ${more.length + 1}`);
  return row;
}

/** Cells, distance and last point of a setting of fresh rows on the axis at its word, for models with a rate each. */
export function onLiteralAxis(
  where: Pick<CurvePoint, "constants" | "initializer" | "batch">,
  rates: Readonly<Record<string, number>>,
): number[] {
  const own = curvesWith({ ...where, rows: "fresh" }).filter(({ model, lr }) => lr === rates[model]);
  const found = literalDistance(
    logCurves(own, "running", 2),
    (cells) => new Map([...cells].map(([cell, lrs]) => [cell, [...lrs.keys()][0]])),
  );
  return [found?.cells.length ?? 0, found?.rms as number, found?.upTo as number];
}

/** Runs and the sums after a million steps of OMoE at .5, .9 and 1, then of MMoE, with fresh rows at rate .001. */
export function mixtures(where: Pick<CurvePoint, "constants" | "initializer" | "batch">): number[] {
  const cells = ["omoe", "mmoe"].flatMap((model) => [0.5, 0.9, 1].map((correlation) => ({ model, correlation })));
  const each = cells.map((cell) => onAxis([1000], { ...where, ...cell, lr: 0.001 }));
  return [each[0]?.[0], ...each.map((one) => one[1])];
}

/** The distance from Figure 3 of the setting of preset figure3 with these values. */
export function withFewRows(where: Where): number {
  const preset = { constants: "5-p32", initializer: "fan-in-normal", batch: 256, rows: 4000, shown: "running" };
  return Number(settings({ ...preset, variant: "", tasks: "mean", ...where }, 3)[0]?.rms);
}

/** The least distance from Figure 3, by running means of one task's loss, of a bottom whose units have no activation. */
export const linearFigure3 = (where: Where): number =>
  nearest({ variant: "experts.activation-none", shown: "running", tasks: "mean", ...where }, 3)[0];

/** Sums of both tasks' running means after ten million steps of 5-p32 with fixed rows, at .5 and 1 of each model: one run each. */
export function fixedEnds(rows: number): number[] {
  const where = { constants: "5-p32", rows: String(rows), batch: 4 };
  return ["shared-bottom", "omoe", "mmoe"].flatMap((model) =>
    [0.5, 1].flatMap((correlation) => {
      const [final, ...more] = runEnds.filter((one) => hasAll(one, { ...where, model, correlation }));
      if (final === undefined || more.length > 0)
        throw new RangeError(`fixedEnds: expected one, got ${more.length + 1}`);
      return READINGS.sum(final.running);
    }),
  );
}

/** Of a setting: the distances from Figure 4 on the axis at its word, from Figure 5 at .5, .9 and 1, and from Figure 3 with few rows. */
export function nearness(
  where: Parameters<typeof onLiteralAxis>[0],
  rates: Readonly<Record<string, number>>,
): number[] {
  const cell = { ...where, rows: "fresh", lr: rates["shared-bottom"], model: "shared-bottom" };
  return [
    onLiteralAxis(where, rates)[1],
    ...[0.5, 0.9, 1].map((correlation) => searched({ ...cell, correlation }).at(-2) as number),
    withFewRows({ constants: where.constants }),
  ];
}
