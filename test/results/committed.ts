// What the documents' numbers are computed from: the committed results. Each function here may stand in a
// `<!-- = ... -->` comment of a page (numbers.test.ts). All give numbers, or lists of them in the order of the text.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { ladder } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { claims } from "../../src/index.ts";
import { JOURNALS } from "../../src/records/find-results.ts";
import { journalPaths, readJournal } from "../../src/records/read-journals.ts";
import { readResults } from "../../src/records/read-results.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";
import type { Estimate } from "../../src/stats/estimate.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { mean, quantileSorted } from "../../src/stats/moments.ts";
import { holm, wilcoxon } from "../../src/stats/pairs.ts";

export const PAPER_MODELS = ["shared-bottom", "omoe", "mmoe"] as const;

export const METHODS = "sum uncertainty gradnorm pcgrad mgda cagrad nash-mtl famo aligned-mtl".split(" ");

export type Row = Readonly<Record<string, string>>;
export type Loss = "train" | "heldout" | "running";
/** Values of some columns, such as `{ model: "mmoe", correlation: 0.5 }`. */
export type Where = Readonly<Record<string, string | number>>;

/** The function, which keeps what it gave for each of its arguments. */
export function cached<A extends readonly string[], T>(make: (...args: A) => T): (...args: A) => T {
  const kept = new Map<string, T>();
  return (...args) => {
    const key = args.join(" ");
    if (!kept.has(key)) kept.set(key, make(...args));
    return kept.get(key) as T;
  };
}

const readRows = cached((path: string): Row[] => {
  const journals = path.endsWith(".csv") ? [] : journalPaths(join(path, JOURNALS));
  const records = journals.flatMap((journal) => [...readJournal(journal, console.warn)]);
  records.sort((a, b) => a.run - b.run); // pairs of runs are told by their places
  return parse(journals.length > 0 ? [...runsCsv(records)].join("") : readFileSync(path), { columns: true });
});

/** The rows of a CSV file that have these values; of a folder those that its `runs.csv` would have. */
export function rows(path: string, where: Where = {}): Row[] {
  const entries = Object.entries(where);
  return readRows(path).filter((row) => entries.every(([key, value]) => same(row[key], value)));
}

function same(cell: string, value: string | number): boolean {
  return typeof value === "number" ? cell !== "" && Number(cell) === value : cell === value;
}

/** The numbers of a column. */
export const column = (some: readonly Row[], name: string): number[] => some.map((row) => Number(row[name]));

const COLUMN: Readonly<Record<Loss, string>> = { train: "Train", heldout: "Heldout", running: "Running" };

/** Final losses of runs: the mean of the tasks, or one of them. */
export function finals(folder: string, loss: Loss, where: Where = {}, task: number | "Mean" = "Mean"): number[] {
  return column(rows(folder, { status: "done", ...where }), `final${COLUMN[loss]}Loss${task}`);
}

/** The mean final loss of each cell: by model (and method, if the sweep has several) in the file's order, then correlation. */
export function ends(folder: string, loss: Loss, where: Where = {}): number[] {
  const done = rows(folder, { status: "done", ...where });
  const cells = [...groupBy(done, ({ model, method = "" }) => `${model} ${method}`).values()].flatMap((own) =>
    [...groupBy(own, ({ correlation = "" }) => correlation).values()].sort(
      ([a], [b]) => Number(a?.correlation) - Number(b?.correlation),
    ),
  );
  return cells.map((own) => mean(column(own, `final${COLUMN[loss]}LossMean`)));
}

/** The least and the largest. */
export const ranges = (values: readonly number[]): number[] => [Math.min(...values), Math.max(...values)];

export const times = (values: readonly number[], factor: number): number[] => values.map((value) => factor * value);

export const median = (values: readonly number[]): number =>
  quantileSorted(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/** How many are above. */
export const above = (values: readonly number[], limit: number): number =>
  values.filter((value) => value > limit).length;

/** The loss above which a run is in a bad minimum. */
const BAD = 1 / 6;

/** How many runs end in a bad minimum. */
export const bad = (folder: string, loss: Loss, where: Where): number => above(finals(folder, loss, where), BAD);

const LABELS: Readonly<Record<string, string>> = { SB: "shared-bottom", OMoE: "omoe", MMoE: "mmoe" };

/** The paper's losses at the end of its Figure 4, by model and correlation. */
export function paper(model?: string): number[] {
  const points = rows("results/published/fig4.csv", { step_axis_value: 9900 });
  const own = Object.keys(LABELS).flatMap((label) => points.filter((point) => point.model === label));
  return own.filter((point) => model === undefined || LABELS[point.model] === model).map((point) => Number(point.loss));
}

/** The losses at the end or the start of the paper's Figure 3. */
export function figure3(axis: number): number[] {
  return column(rows("results/published/fig3.csv", { axis_step: axis }), "loss");
}

/** All records of a folder of committed results. */
export const resultsIn = cached((folder: string) => readResults(folder, () => {}));

const claimsOn = cached(async (folder: string, loss: Loss) => claims(await resultsIn(folder), { loss }));

/** The verdicts on the paper's claims, or on some of them. */
export async function verdicts(folder: string, loss: Loss, ids?: readonly string[]): Promise<string[]> {
  const all = await claimsOn(folder, loss);
  return all.filter(({ id, verdict }) => ids?.includes(id) ?? verdict !== "not covered").map(({ verdict }) => verdict);
}

/** A part of a claim: its value and the ends of its interval. */
export async function part(folder: string, loss: Loss, about: string): Promise<number[]> {
  const all = (await claimsOn(folder, loss)).flatMap(({ parts }) => parts);
  const found = all.find((one) => one.about === about);
  if (found === undefined) throw new RangeError(`part: expected one of ${all.map((one) => one.about).join("; ")}`);
  return [found.ours.value, found.ours.low, found.ours.high];
}

/** Rows of runs that have ended, by the JSON of their values: each cell is in many pairs. */
const ended = cached((folder: string, where: string) => rows(folder, { status: "done", ...JSON.parse(where) }));

/** Losses of two models or methods at a correlation, in pairs of runs. */
function pairs(folder: string, loss: Loss, ...cells: readonly [Where, Where]): Float64Array {
  const [a, b] = cells.map((cell) => ended(folder, JSON.stringify(cell))) as [Row[], Row[]];
  const byRun = new Map(b.map((row) => [row.run, row]));
  const name = `final${COLUMN[loss]}LossMean`;
  const both = a.filter(({ run }) => byRun.has(run));
  return Float64Array.from(both, (row) => Number(row[name]) - Number(byRun.get(row.run)?.[name]));
}

/** Every two models at every correlation of a sweep, with Wilcoxon's p-value after Holm's correction over all of them. */
const comparisons = cached((folder: string, loss: Loss) => {
  const models = [...new Set(rows(folder).map(({ model }) => model))];
  const tests = correlationsOf(folder).flatMap((correlation) =>
    models.flatMap((model, i) =>
      models.slice(i + 1).map((other) => {
        const { p } = wilcoxon(pairs(folder, loss, { model, correlation }, { model: other, correlation }));
        return { correlation, both: [model, other], p };
      }),
    ),
  );
  const adjusted = holm(tests.map(({ p }) => p));
  return tests.map((one, i) => ({ ...one, p: adjusted[i] }));
});

const correlationsOf = (folder: string): number[] =>
  [...new Set(column(rows(folder), "correlation"))].sort((a, b) => a - b);

/** The correlations at which two models differ at 5 %, after Holm's correction over every two models at every correlation. */
export function differAt(folder: string, loss: Loss, first: string, second: string): number[] {
  return comparisons(folder, loss)
    .filter(({ both, p }) => both.includes(first) && both.includes(second) && p < 0.05)
    .map(({ correlation }) => correlation);
}

/** In what percentage of pairs of runs the first model ends lower, at each correlation. */
export function winsPercent(folder: string, loss: Loss, first: string, second: string): number[] {
  return correlationsOf(folder).map((correlation) => {
    const all = pairs(folder, loss, { model: first, correlation }, { model: second, correlation });
    return (100 * all.filter((difference) => difference < 0).length) / all.length;
  });
}

interface Gains {
  /** Percentages: delta-m, runs in which one task gains and another loses, in which all gain, in which all lose. */
  readonly deltaM: number;
  readonly seesaw: number;
  readonly allGain: number;
  readonly allLose: number;
  /** Of each task, in percent. */
  readonly tasks: readonly number[];
}

/** What a model's tasks gain on held-out rows over `single-task`, at each correlation. */
export function gains(folder: string, model: string): Gains[] {
  return correlationsOf(folder).map((correlation) => {
    const of = (name: string, task: number) => finals(folder, "heldout", { model: name, correlation }, task);
    const [first, second] = [1, 2].map((task) => {
      const against = of("single-task", task);
      return of(model, task).map((loss, run) => 100 * (1 - loss / against[run]));
    }) as [number[], number[]];
    const share = (isOne: (a: number, b: number) => boolean) =>
      (100 * first.filter((gain, run) => isOne(gain, second[run])).length) / first.length;
    return {
      tasks: [mean(first), mean(second)],
      deltaM: (mean(first) + mean(second)) / 2,
      seesaw: share((a, b) => a * b < 0),
      allGain: share((a, b) => a > 0 && b > 0),
      allLose: share((a, b) => a < 0 && b < 0),
    };
  });
}

/** Core-minutes of a sweep: `elapsedMs` of its runs. */
export const minutes = (folder: string): number =>
  column(rows(folder), "elapsedMs").reduce((a, b) => a + b, 0) / 60_000;

/** The rungs of the paper's generator: losses of the best predictors that know all but the j fastest sines. */
export const RUNGS = ladder(GENERATOR_PRESETS["four-sines"].settings);

/** The rung that a task's loss is nearest to, or 5 if the mean's 1 is nearer. */
export function rungOf(loss: number): number {
  const between = [...RUNGS, 1].slice(1).map((upper, j) => (upper + RUNGS[j]) / 2);
  return between.filter((limit) => loss > limit).length;
}

/** One of each list in turn: as cells of a table that stand beside each other. */
export function zip(...lists: readonly (readonly (number | string)[])[]): (number | string)[] {
  return (lists[0] ?? []).flatMap((_, i) => lists.map((list) => list[i]));
}

/** What was measured of the paper's models in results/why after the last step: the mean over runs of each. */
export const diagnosed = (name: string, correlation = 0.5): number[] =>
  PAPER_MODELS.map((model) => mean(column(rows("results/why", { status: "done", model, correlation }), name)));

/** How many runs of Shared-Bottom at .5 in results/paper have each number of tasks on a rung, from 0 to 2, on held-out rows. */
export function onRung(rung: number): number[] {
  const [a, b] = [1, 2].map((task) =>
    finals("results/paper", "heldout", { model: "shared-bottom", correlation: 0.5 }, task).map(rungOf),
  ) as [number[], number[]];
  const counts = a.map((one, run) => Number(one === rung) + Number(b[run] === rung));
  return [0, 1, 2].map((tasks) => counts.filter((count) => count === tasks).length);
}

/** How many of these runs have task 1, and task 2, on a rung. */
export function tasksOnRung(rung: number): number[] {
  return [1, 2].map(
    (task) =>
      finals("results/paper", "heldout", { model: "shared-bottom", correlation: 0.5 }, task).filter(
        (loss) => rungOf(loss) === rung,
      ).length,
  );
}

/** Microseconds a training row takes each of some models: the median over runs. */
export function microsecondsPerRow(folder: string, models: readonly string[]): number[] {
  return models.map((model) =>
    median(
      rows(folder, { status: "done", model }).map(
        ({ elapsedMs, steps, batch }) => (1000 * Number(elapsedMs)) / (Number(steps) * Number(batch)),
      ),
    ),
  );
}

/** The correlations at which a model's mean final loss is lower than that of every other model but those left out. */
export function lowestAt(folder: string, loss: Loss, model: string, leftOut: readonly string[] = []): number[] {
  const names = new Set(rows(folder).map((row) => row.model));
  const others = [...names].filter((name) => name !== model && !leftOut.includes(name));
  const [own = [], ...theirs] = [model, ...others].map((name) => ends(folder, loss, { model: name }));
  return correlationsOf(folder).filter((_, i) => theirs.every((other) => own[i] < other[i]));
}

/** Percentages of Shared-Bottom's tower units in results/why at .5 that are on for no row: in its bad runs, in the others. */
export function deadTowers(): number[] {
  const all = rows("results/why", { model: "shared-bottom", correlation: 0.5 });
  const isBad = (row: Row) => Number(row.finalHeldoutLossMean) > BAD;
  return [all.filter(isBad), all.filter((row) => !isBad(row))].map(
    (some) => 100 * mean(column(some, "deadTowerUnits")),
  );
}

/** The largest mean affinity of a model in results/why at .5, at any evaluation, either way. */
export function largestAffinity(): number {
  const all = rows("results/why/diagnostics.csv", { correlation: 0.5, quantity: "affinity" });
  return Math.max(...column(all, "mean").map(Math.abs));
}

/** A number as a word, up to ten. */
export const word = (n: number): string =>
  ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"][n];

/** How many of the seven claims have a verdict: those of section 5 in results/paper, that of 3.3 in results/figure3. */
async function sevenClaims(loss: Loss, which: string): Promise<number> {
  const all = [...(await verdicts("results/paper", loss)), ...(await verdicts("results/figure3", loss))];
  return all.filter((verdict) => verdict === which).length;
}

export const holding = (loss: Loss): Promise<number> => sevenClaims(loss, "holds");
export const refuted = (loss: Loss): Promise<number> => sevenClaims(loss, "does not hold");

/** Where Shared-Bottom's two clusters of final running means are in results/paper: their medians. */
export function clusters(): number[] {
  const all = finals("results/paper", "running", { model: "shared-bottom" });
  return [all.filter((loss) => loss < 0.25), all.filter((loss) => loss > 0.3 && loss < 0.5)].map(median);
}

/** How many cells a sweep has, and how many runs a cell. */
export function cellsOf(folder: string): number[] {
  const cells = new Set(rows(folder).map(({ model, correlation }) => `${model} ${correlation}`)).size;
  return [cells, rows(folder).length / cells];
}

/** Of each of LibMTL's architectures: the mean held-out losses of mmoe's model and of LibMTL's, and their mean difference. */
export function libMtl(): number[] {
  const names = ["MMoE", "CGC", "PLE", "Cross-stitch", "DSelect-k"];
  return names.flatMap((name) => {
    const [ours, theirs] = [name.toLowerCase(), `LibMTL-net-${name}`].map(
      (model) => ends("results/libmtl", "heldout", { model })[0],
    ) as [number, number];
    return [ours, theirs, ours - theirs];
  });
}

interface Aucs {
  readonly best?: number;
  readonly mean: Estimate;
  readonly gain?: Estimate;
  readonly paperBest?: number;
  readonly paperMean?: number;
}

/** AUCs of the main task by model, as examples/census/tables.mjs has them. */
const censusAucs = cached((folder: string): Map<string, Aucs> => {
  const stdout = execFileSync(process.execPath, ["examples/census/tables.mjs", folder, "--json"], { encoding: "utf8" });
  const [{ rows }] = JSON.parse(stdout) as [{ rows: readonly { model: string; tasks: readonly [Aucs, Aucs] }[] }];
  return new Map(rows.map(({ model, tasks }) => [model, tasks[0]]));
});

const aucsOf = (folder: string, model: string) => censusAucs(folder).get(model) as Aucs;
const ends3 = ({ value, low, high }: Estimate) => [value, low, high];

/**
 * AUCs of sweeps on census rows: for each model its name, then for each folder the mean, its difference from Shared-Bottom with the
 * ends of its interval, and the paper's mean, all of the main task. Without what a model lacks.
 */
export function census(...folders: readonly string[]): (number | string)[] {
  const valuesOf = ({ mean, gain, paperMean }: Aucs) =>
    [mean.value, ...(gain ? ends3(gain) : []), paperMean].filter((value) => value !== undefined);
  const models = [...censusAucs(folders[0] as string).keys()];
  return models.flatMap((model) => [model, ...folders.flatMap((folder) => valuesOf(aucsOf(folder, model)))]);
}

/** The mean AUC of Shared-Bottom's main task, then the differences of these models from it with the ends of their intervals. */
export function censusGains(folder: string, ...models: readonly string[]): number[] {
  const gains = models.flatMap((model) => ends3(aucsOf(folder, model).gain as Estimate));
  return [aucsOf(folder, "shared-bottom").mean.value, ...gains];
}

/** Of Shared-Bottom and MMoE on one split: the AUC of the main task of the best run, then the mean, then by how much the paper's best is above its mean. */
export function censusBest(folder: string): number[] {
  const all = [...censusAucs(folder).values()] as Required<Aucs>[];
  const gaps = all.map(({ paperBest, paperMean }) => paperBest - paperMean);
  return [...all.map(({ best }) => best), ...all.map(({ mean }) => mean.value), ...gaps];
}

/** By how much the paper's mean AUC of a model's main task is above Shared-Bottom's. */
export function censusPaperGain(folder: string, model: string): number {
  return Number(aucsOf(folder, model).paperMean) - Number(aucsOf(folder, "shared-bottom").paperMean);
}

/** By how much AUCs of the main task are above the paper's means, from the least to the most, without tensor factorization. */
export function censusAbovePaper(folder: string): number[] {
  const all = [...censusAucs(folder)].filter(([model]) => model !== "tensor-factorization");
  return ranges(all.flatMap(([, { mean, paperMean }]) => (paperMean === undefined ? [] : [mean.value - paperMean])));
}
