// What each contestant gains over Single-Task in a regime: run by run, on the same rows, at rates that other runs chose.
import { sweepOverlap } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import { modelLabel } from "../config/own-models.ts";
import { cellKey, commonPoint, correlationText, partOf, pointText } from "../identity/cell.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type RunRecord, type TaskLosses } from "../records/record.ts";
import { averageRanks, criticalDifference } from "../stats/average-ranks.ts";
import type { Estimate } from "../stats/estimate.ts";
import { overSplits, testOverSplits } from "../stats/f-distribution.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { differences, holm } from "../stats/pairs.ts";
import { ERROR, pairsToTell } from "../stats/power.ts";
import { NARROW, type RegimeSweep, tunedSettings } from "./regimes.ts";

/** What is trained in the cells of a regime: a model with a method. */
export interface Contestant {
  /** `mmoe`, `mmoe, pcgrad`. Models of a regime's own, such as `mmoe-narrow`, stand for those that they narrow. */
  readonly name: string;
  /** As figures name it: `MMoE, pcgrad`. */
  readonly label: string;
  /** [cell][run]: the final held-out loss of each task, [K]. */
  readonly cells: ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>;
}

/** The model that gains are over. */
export const AGAINST = "single-task";

/** The contestants of some results folders of one sweep of a regime; of two with one name, the first. */
export function contestants(sweep: RegimeSweep, folders: readonly Results[]): Contestant[] {
  const all = folders.flatMap((results) => {
    const { config } = results;
    const byName = groupBy(chosenRuns(results), (record) => nameOf(record, config));
    return [...byName].map(([name, records]) => {
      const label = nameOf(records[0], config, (model) => modelLabel(config, model));
      return { name, label, cells: cellsIn(records, sweep, config) };
    });
  });
  return all.filter(({ name }, i) => all.findIndex((other) => other.name === name) === i);
}

function nameOf({ model, point }: RunRecord, config: Config, called = (name: string) => name): string {
  const { method = config.method, taskWeights = config.taskWeights } = point;
  const others = [...(method === "sum" ? [] : [method]), ...(taskWeights === "none" ? [] : [taskWeights])];
  return [called(model.replace(new RegExp(`${NARROW}$`), "")), ...others].join(", ");
}

function cellsIn(records: readonly RunRecord[], { name }: RegimeSweep, config: Config): Contestant["cells"] {
  const tuned: readonly string[] = tunedSettings(config);
  const byCell = groupBy(records, ({ correlation, point }) => {
    const at = correlation === null ? [] : [`p=${correlationText(correlation)}`];
    const choice = pointText(partOf(commonPoint(point), (key) => !tuned.includes(key)));
    return `${name} ${[...at, choice].filter((part) => part !== "").join(", ")}`.trimEnd();
  });
  const losses = (record: RunRecord) => (finalLosses(record, "heldout") as TaskLosses).tasks;
  return new Map([...byCell].map(([cell, own]) => [cell, new Map(own.map((record) => [record.run, losses(record)]))]));
}

/**
 * Each run at one point of the settings that are tuned, among those at which it is done: the one of the lowest mean loss on the
 * validation rows of all other runs there. So no run chooses for itself, and no choice sees a test row. If each run draws its own
 * split of a table, the validation rows of other runs include its test rows: then it chooses by its own validation rows. A point at
 * which a run failed is not chosen where there is another one. A run of several points is left out where no validation rows choose.
 */
export function chosenRuns({ config, records }: Pick<Results, "config" | "records">): RunRecord[] {
  const tuned: readonly string[] = tunedSettings(config);
  const isOfCell = (key: string) => !tuned.includes(key);
  const lossOf = sweepOverlap(config) > 0 ? ownLoss : lossOfOthers;
  const cells = groupBy(records, (record) => cellKey({ ...record, point: partOf(record.point, isOfCell) }));
  return [...cells.values()].flatMap((cell) => {
    const points = [...groupBy(cell, ({ point }) => pointText(point)).values()];
    const done = points.map((all) => all.filter(({ status }) => status === "done"));
    const whole = done.filter(({ length }, i) => length === points[i].length);
    const runs = [...new Set(cell.map(({ run }) => run))].sort((a, b) => a - b);
    return runs.flatMap((run) => best(whole, run, lossOf) ?? best(done, run, lossOf) ?? []);
  });
}

type LossOf = (records: readonly RunRecord[], run: number) => number;

function best(points: readonly (readonly RunRecord[])[], run: number, lossOf: LossOf): RunRecord | undefined {
  const open = points.flatMap((records) => {
    const own = records.find((record) => record.run === run);
    return own ? [{ own, loss: lossOf(records, run) }] : [];
  });
  const judged = open.length === 1 ? open : open.filter(({ loss }) => Number.isFinite(loss));
  return judged.sort((a, b) => a.loss - b.loss)[0]?.own;
}

const lossOfOthers: LossOf = (records, number) => validationLoss(records.filter(({ run }) => run !== number));
const ownLoss: LossOf = (records, number) => validationLoss(records.filter(({ run }) => run === number));

function validationLoss(records: readonly RunRecord[]): number {
  const losses = records.map(({ measures }) => (measures?.validationLoss as number | undefined) ?? Number.NaN);
  return losses.length === 0 ? Number.POSITIVE_INFINITY : mean(losses);
}

/** A sweep of the user's own as a regime of this name. */
export function asRegime(name: string, results: Results): Found {
  const sweep = { name, regime: name, config: results.config };
  return { sweep, own: [], committed: contestants(sweep, [results]) };
}

/** Contestants of several sweeps of a regime, each with its cells in all of them. */
function merged(all: readonly Contestant[]): Contestant[] {
  const byName = groupBy(all, ({ name }) => name);
  return [...byName].map(([name, parts]) => {
    return { name, label: parts[0].label, cells: new Map(parts.flatMap(({ cells }) => [...cells])) };
  });
}

/** How a contestant stands in a regime. Gains are over Single-Task: .1 is a tenth less loss. */
export interface Standing extends Pick<Contestant, "name" | "label"> {
  readonly pairs: number;
  /** 1 minus the geometric mean, over tasks and cells, of the ratio of the losses. */
  readonly gain: Estimate;
  /** That of the task that gains least, in each run and cell. */
  readonly worst: Estimate;
  /** The share of tasks that lose, over runs and cells. */
  readonly losing: Estimate;
  /** Of the paired t test that nothing is gained, adjusted by Holm's method over the contestants of the regime. */
  readonly adjusted: number;
  /** Pairs of runs that would tell a gain of this size, with a probability of 80 %. */
  readonly needed: number;
  readonly cells: ReadonlyMap<string, Estimate>;
  /** What its runs share: their test rows to their training rows; 0 of generated rows. */
  readonly overlap: number;
  /** Each run's mean log ratio, over tasks and cells, by its number. */
  readonly byRun: ReadonlyMap<number, number>;
}

/** What one run gains in one cell, as logs of ratios of losses. */
interface RunGain {
  readonly mean: number;
  readonly worst: number;
  /** A share of the tasks. */
  readonly losing: number;
}

/** All contestants but Single-Task itself, best first; those without a pair of runs are left out. `overlap`: as of a standing. */
export function standings(all: readonly Contestant[], against: Contestant, overlap = 0): Standing[] {
  const others = all.filter((one) => one !== against);
  const found = others.flatMap((one) => standingOf(one, gainsOf(one, against), overlap));
  const adjusted = holm(found.map(({ p }) => p));
  return found
    .map(({ p: _, ...one }, i) => ({ ...one, adjusted: adjusted[i] }))
    .sort((a, b) => b.gain.value - a.gain.value);
}

type GainsByCell = ReadonlyMap<string, ReadonlyMap<number, RunGain>>;

function gainsOf({ cells }: Contestant, against: Contestant): GainsByCell {
  const of = (cell: string) => {
    const [own, other] = [
      cells.get(cell) ?? new Map(),
      against.cells.get(cell) as ReadonlyMap<number, readonly number[]>,
    ];
    const runs = [...own.keys()].filter((run) => other.has(run));
    return new Map(runs.map((run) => [run, runGain(own.get(run), other.get(run) as readonly number[])]));
  };
  return new Map([...against.cells.keys()].map((cell) => [cell, of(cell)]));
}

function runGain(own: readonly number[], other: readonly number[]): RunGain {
  const ratios = own.map((loss, k) => Math.log(loss / other[k]));
  return {
    mean: mean(ratios),
    worst: Math.max(...ratios),
    losing: ratios.filter((ratio) => ratio > 0).length / ratios.length,
  };
}

/** Over the runs that are in every cell. */
function standingOf(
  { name, label }: Contestant,
  byCell: GainsByCell,
  overlap: number,
): (Omit<Standing, "adjusted"> & { readonly p: number })[] {
  const cells = [...byCell.values()];
  const runs = [...(cells[0]?.keys() ?? [])].filter((run) => cells.every((cell) => cell.has(run)));
  if (runs.length === 0) return [];
  const over = (key: keyof RunGain) =>
    Float64Array.from(runs, (run) => mean(cells.map((cell) => (cell.get(run) as RunGain)[key])));
  const logs = over("mean");
  const ofCell = (cell: ReadonlyMap<number, RunGain>) =>
    asGain(
      overSplits(
        Float64Array.from(runs, (run) => (cell.get(run) as RunGain).mean),
        overlap,
      ),
    );
  return [
    {
      name,
      label,
      pairs: runs.length,
      gain: asGain(overSplits(logs, overlap)),
      worst: asGain(overSplits(over("worst"), overlap)),
      losing: asShare(overSplits(over("losing"), overlap)),
      p: testOverSplits(logs, overlap).p,
      needed: pairsToTell(logs, mean(logs), { overlap }),
      overlap,
      cells: new Map([...byCell].map(([cell, own]) => [cell, ofCell(own)])),
      byRun: new Map(runs.map((run, i) => [run, logs[i]])),
    },
  ];
}

/** A mean log ratio as a gain: what was low is high. */
function asGain({ value, low, high }: Estimate): Estimate {
  return { value: -Math.expm1(value), low: -Math.expm1(high), high: -Math.expm1(low) };
}

function asShare({ value, low, high }: Estimate): Estimate {
  return { value, low: Math.max(0, low), high: Math.min(1, high) };
}

/** How one contestant compares with the others of a regime. */
export interface Place {
  /** From 1; by gains on the runs that both have, whether or not they can be told apart. */
  readonly rank: number;
  readonly of: number;
  /** How many of the others have more loss, less loss, and a loss that is not told apart. */
  readonly better: number;
  readonly worse: number;
  readonly untold: number;
}

/** By paired t tests at 5 %, adjusted by Holm's method over the others. */
export function placeOf(own: Standing, others: readonly Standing[]): Place {
  const found = others.map(({ byRun }) => {
    const runs = [...own.byRun.keys()].filter((run) => byRun.has(run));
    const [a, b] = [own, { byRun }].map((one) => Float64Array.from(runs, (run) => one.byRun.get(run) as number));
    return differences(a, b);
  });
  const adjusted = holm(found.map((difference) => testOverSplits(difference, own.overlap).p));
  const rank = 1 + found.filter((difference) => mean(difference) > 0).length;
  const told = found.map((difference, i) => (adjusted[i] < ERROR ? Math.sign(mean(difference)) : 0));
  const count = (sign: number) => told.filter((one) => one === sign).length;
  return { rank, of: others.length + 1, better: count(-1), worse: count(1), untold: count(0) };
}

/** What can be said of a gain. */
export type Verdict = "wins" | "loses" | "can't tell";

export function verdictOf({ gain, adjusted }: Standing): Verdict {
  if (!(adjusted < ERROR)) return "can't tell";
  return gain.value > 0 ? "wins" : "loses";
}

/** A regime: how all stand. */
export interface RegimeResult {
  readonly regime: string;
  /** Whether its models are those of the zoo, and not of the regime's own sizes. */
  readonly isOfZoo: boolean;
  readonly own: readonly Standing[];
  /** All others. */
  readonly committed: readonly Standing[];
}

interface Found {
  readonly sweep: RegimeSweep;
  readonly own: readonly Contestant[];
  readonly committed: readonly Contestant[];
}

/** Contestants of each sweep as standings of each regime, in their order; of two of one name the user's. */
export function regimeResults(found: readonly Found[]): RegimeResult[] {
  const byRegime = groupBy(found, ({ sweep }) => sweep.regime);
  return [...byRegime].flatMap(([regime, sweeps]) => {
    const own = merged(sweeps.flatMap((one) => one.own));
    const committed = merged(sweeps.flatMap((one) => one.committed));
    const against = committed.find(({ name }) => name === AGAINST) ?? own.find(({ name }) => name === AGAINST);
    if (against === undefined) return [];
    const others = committed.filter(({ name }) => !own.some((one) => one.name === name));
    const isOfZoo = sweeps.every(({ sweep }) => !sweep.config.models.some((name) => name.endsWith(NARROW)));
    const overlap = Math.max(...sweeps.map(({ sweep }) => sweepOverlap(sweep.config)));
    const of = (some: readonly Contestant[]) => standings(some, against, overlap);
    return [{ regime, isOfZoo, own: of(own), committed: of(others) }];
  });
}

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
  const means = averageRanks(gains.map((regime) => names.map((name) => regime.get(name) as number)));
  const ranks = names.map((name, i) => ({ name, rank: means[i] })).sort((a, b) => a.rank - b.rank);
  return { regimes: ofZoo.length, ranks, difference: criticalDifference(names.length, ofZoo.length) };
}

/** What a row of a cell lacks. */
const OF_REGIME = Object.fromEntries(
  [
    ...["worst", "worstLow", "worstHigh", "losing", "losingLow", "losingHigh", "adjusted", "needed"],
    ...["rank", "of", "better", "worse", "untold"],
  ].map((key) => [key, Number.NaN]),
);

/** A row for each contestant in a regime, with its place among the committed ones, and for each of its cells. */
export function resultRows(results: readonly RegimeResult[]) {
  return results.flatMap(({ regime, own, committed }) =>
    [...own, ...committed].flatMap((one) => {
      const { name: contestant, pairs, gain, worst, losing, adjusted, needed } = one;
      const others = committed.filter((other) => other !== one);
      const named = { regime, contestant, from: own.includes(one) ? "yours" : "committed", pairs };
      const row = (cell: string, value: Estimate) => ({
        ...named,
        cell,
        gain: value.value,
        low: value.low,
        high: value.high,
      });
      return [
        {
          ...row("", gain),
          ...{ worst: worst.value, worstLow: worst.low, worstHigh: worst.high },
          ...{ losing: losing.value, losingLow: losing.low, losingHigh: losing.high, adjusted, needed },
          ...placeOf(one, others),
          verdict: verdictOf(one) as string,
        },
        ...[...one.cells].map(([cell, value]) => ({ ...row(cell, value), ...OF_REGIME, verdict: "" })),
      ];
    }),
  );
}
