// What the pages say of real rows: the committed runs on KuaiRand and on twelve tables.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { sweepOverlap } from "../../src/config/cells.ts";
import { configIn } from "../../src/records/read-results.ts";
import { asRegime, overRegimes, type RegimeResult, regimeResults, verdictOf } from "../../src/regimes/standings.ts";
import type { Estimate } from "../../src/stats/estimate.ts";
import { overSplits } from "../../src/stats/f-distribution.ts";
import { mean } from "../../src/stats/moments.ts";
import { cached, column, resultsIn, rows } from "./committed.ts";
import { standingIn } from "./committed-regimes.ts";

const AUCS = ["auc1", "auc2", "auc3", "auc4", "aucMean"];

/** Mean AUCs of models on KuaiRand's test rows: of the four tasks, and over them. */
export const kuairand = (folder: string, models: readonly string[]): number[] =>
  models.flatMap((model) => AUCS.map((auc) => mean(column(rows(folder, { model }), auc))));

/** By how much the AUC of a model, the mean over tasks or another one, is above another's in pairs of runs: mean and interval. */
export function aucGain(folder: string, model: string, other: string, auc = "aucMean"): number[] {
  const [own, beside] = [model, other].map((name) => column(rows(folder, { model: name }), auc));
  return ends(ofPairs(folder, own, beside));
}

/** In how many pairs of runs a model's mean AUC is above another's. */
export function aucWins(folder: string, model: string, other: string): number {
  const [own, beside] = [model, other].map((name) => column(rows(folder, { model: name }), "aucMean"));
  return own.filter((value, i) => value > beside[i]).length;
}

const ofPairs = (folder: string, a: readonly number[], b: readonly number[]): Estimate =>
  overSplits(
    Float64Array.from(a, (value, i) => value - b[i]),
    sweepOverlap(configIn(folder)),
  );

const ends = ({ value, low, high }: Estimate): number[] => [value, low, high];

const TABLES = "results/tables";
const names = (): string[] => readdirSync(TABLES).filter((name) => !name.includes("."));

const tables = cached(async (): Promise<RegimeResult[]> => {
  const found = names().map(async (name) => asRegime(name, await resultsIn(join(TABLES, name))));
  return regimeResults(await Promise.all(found));
});

/** A model's gain over Single-Task in percent on tables, in their order. */
export async function tableGains(model: string, ...of: readonly string[]): Promise<number[]> {
  const all = await tables();
  const chosen = of.length === 0 ? names() : of;
  return chosen.map((name) => 100 * standingIn(all, name, model).gain.value);
}

/** On how many tables a model wins, loses, and is not told apart from Single-Task. */
export async function tableVerdicts(model: string): Promise<number[]> {
  const all = await tables();
  const verdicts = all.map(({ regime }) => verdictOf(standingIn(all, regime, model)));
  return ["wins", "loses", "can't tell"].map((verdict) => verdicts.filter((one) => one === verdict).length);
}

/** Mean ranks over the tables of some models, and by how much two must differ to be told apart. */
export async function tableRanks(...models: readonly string[]): Promise<number[]> {
  const { ranks, difference } = overRegimes(await tables());
  return [...models.map((model) => ranks.find(({ name }) => name === model)?.rank ?? Number.NaN), difference];
}

/** The gain over Single-Task of ridge regression or boosted trees in percent, on tables. */
export function peerGains(peer: string, ...of: readonly string[]): number[] {
  const chosen = of.length === 0 ? names() : of;
  return chosen.map((table) => -100 * Math.expm1(-mean(column(rows(`${TABLES}/peers.csv`, { table, peer }), "gain"))));
}

/** On how many tables ridge regression or boosted trees lose less than every model, on the splits that they were trained on. */
export async function tablesOfPeers(): Promise<number> {
  const all = await tables();
  const isAbove = (table: string) => {
    const peers = rows(`${TABLES}/peers.csv`, { table });
    const runs = [...new Set(column(peers, "run"))];
    const ofPeer = (peer: string) =>
      mean(
        column(
          peers.filter((row) => row.peer === peer),
          "gain",
        ),
      );
    const standings = all.find(({ regime }) => regime === table)?.committed ?? [];
    const ofModels = standings.map(({ byRun }) => -mean(runs.map((run) => byRun.get(run) as number)));
    return Math.max(ofPeer("ridge"), ofPeer("boosted-trees")) > Math.max(0, ...ofModels);
  };
  return names().filter(isAbove).length;
}

/** The mean standard error of the AUC of one run over further rows, of tasks. */
export const aucErrors = (folder: string, model: string, ...tasks: readonly number[]): number[] =>
  tasks.map((task) => mean(column(rows(folder, { model }), `aucError${task}`)));

/** On how many tables a model gains. */
export const tablesGained = async (model: string): Promise<number> =>
  (await tableGains(model)).filter((gain) => gain > 0).length;
