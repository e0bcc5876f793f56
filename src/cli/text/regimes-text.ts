import { cellWords } from "../../regimes/regimes.ts";
import {
  AGAINST,
  LEAST_REGIMES,
  overRegimes,
  placeOf,
  type RegimeResult,
  type Standing,
  verdictOf,
} from "../../regimes/standings.ts";
import type { Estimate } from "../../stats/estimate.ts";
import { listed } from "../../text.ts";
import { numberOf, percentOf, thousands } from "../../units.ts";
import type { Block } from "./blocks.ts";

/** For each of the user's contestants: a table with a row for each regime, and what it says in words. */
export function ownBlocks(results: readonly RegimeResult[]): Block[] {
  const names = [...new Set(results.flatMap(({ own }) => own.map(({ name }) => name)))];
  return [...names.flatMap((name) => blocksOf(name, results)), { before: `${GAINS}\n${PLACES}` }];
}

const GAINS = `gain: less loss than ${AGAINST}, as tuned, on the same rows: the geometric mean over tasks and cells [95 % over pairs of runs]
worst: of the task that gains least in each run; lose: the share of tasks with more loss than ${AGAINST}`;

const PLACES = `place: by gain, among all; +, -, ?: how many of the others it is better than, worse than, or not told apart from (paired t tests at 5 %, adjusted by Holm's method within the regime)`;

const VERDICTS = `wins, loses: less, or more, loss than ${AGAINST}, by paired t tests at 5 %, adjusted by Holm's method within the regime`;

function blocksOf(name: string, results: readonly RegimeResult[]): Block[] {
  const found = results.flatMap(({ regime, own, committed }) => {
    const standing = own.find((one) => one.name === name);
    return standing ? [{ regime, standing, place: placeOf(standing, committed) }] : [];
  });
  const rows = found.map(({ regime, standing, place }) => [
    regime,
    percentText(standing.gain),
    percent(standing.worst.value),
    percent(standing.losing.value),
    `${place.rank} of ${place.of}`,
    String(place.better),
    String(place.worse),
    String(place.untold),
  ]);
  return [
    {
      before: `${name}, ${runsText(found.map(({ standing }) => standing))} beside the committed ones`,
      rows: [["regime", "gain, % [95 %]", "worst", "lose", "place", "+", "-", "?"], ...rows],
      lean: ["lose", "worst"],
    },
    ...(found.length === 1 ? [cellsBlock(found[0].standing)] : []),
    { before: verdictWords(name, found), ...ranksOf(name, results) },
  ];
}

function cellsBlock({ cells }: Standing): Block {
  return {
    rows: [["cell", "gain, % [95 %]"], ...[...cells].map(([cell, gain]) => [cellWords(cell), percentText(gain)])],
  };
}

interface Found {
  readonly regime: string;
  readonly standing: Standing;
}

/** Where it wins, where it loses, and what it can't tell, and with how many runs it could. */
function verdictWords(name: string, found: readonly Found[]): string {
  const by = (verdict: string) => found.filter(({ standing }) => verdictOf(standing) === verdict);
  const regimes = (some: readonly Found[]) =>
    some.length === 0 ? "nowhere" : `in ${listed(some.map(({ regime }) => regime))}`;
  const untold = by("can't tell").map(({ regime, standing }) => `${regime} (${neededText(standing)})`);
  return [
    `${name} beats ${AGAINST} ${regimes(by("wins"))}, and loses to it ${regimes(by("loses"))}.`,
    ...(untold.length > 0 ? [`Not told apart from it: ${listed(untold)}.`] : []),
  ].join("\n");
}

/** Pairs are of no use beyond. */
const MANY = 10_000;

function neededText({ needed }: Standing): string {
  return needed <= MANY ? `it would take about ${numberOf(needed, "run")}` : `not by ${thousands(MANY)} runs`;
}

/** Its mean rank over the regimes, among those that are in all. */
function ranksOf(name: string, results: readonly RegimeResult[]): Pick<Block, "after"> {
  const { ranks, difference, regimes } = overRegimes(results);
  const own = ranks.find((one) => one.name === name);
  if (own === undefined || regimes < LEAST_REGIMES) return {};
  const [first] = ranks;
  const best = first.name === name ? "the lowest" : `the lowest is ${first.rank.toFixed(1)}, of ${first.name}`;
  return {
    after: `Its mean rank over ${regimes} regimes is ${own.rank.toFixed(1)} of ${ranks.length} (${best}); two ranks are told apart from ${difference.toFixed(1)} on.`,
  };
}

/** The committed contestants: of one regime in full, of several their gains side by side. */
export function committedBlocks(results: readonly RegimeResult[], more: string): Block[] {
  const [only, ...others] = results;
  if (only && others.length === 0) return [regimeBlock(only), { before: `${GAINS}\n${VERDICTS}` }];
  const { ranks, difference, regimes } = overRegimes(results);
  const ofZoo = results.filter(({ isOfZoo }) => isOfZoo);
  const without = results.filter(({ isOfZoo }) => !isOfZoo).map(({ regime }) => regime);
  const rows = ranks.map(({ name, rank }) => {
    const own = ofZoo.flatMap(({ committed }) => committed.find((one) => one.name === name) ?? []);
    const count = (verdict: string) => String(own.filter((one) => verdictOf(one) === verdict).length);
    const gains = own.map(({ gain }) => gain.value);
    return [
      name,
      rank.toFixed(1),
      count("wins"),
      count("loses"),
      percent(Math.min(...gains)),
      percent(Math.max(...gains)),
    ];
  });
  return [
    {
      rows: [["contestant", "mean rank", "wins", "loses", "least gain, %", "most"], ...rows],
      after: `over ${regimes} regimes${without.length > 0 ? ` (all but ${listed(without)}, whose models are smaller)` : ""}, contestants that are in all of them
two mean ranks are told apart from ${difference.toFixed(1)} on
${VERDICTS}; ${more}, and --out FOLDER writes each cell`,
    },
  ];
}

function regimeBlock({ regime, committed }: RegimeResult): Block {
  const rows = committed.map((one) => [
    one.name,
    percentText(one.gain),
    percent(one.worst.value),
    percent(one.losing.value),
    verdictOf(one),
  ]);
  return {
    before: `${regime}, ${runsText(committed)}`,
    rows: [["contestant", "gain, % [95 %]", "worst", "lose", ""], ...rows],
  };
}

/** `1 run`, `20 runs`, `20 or 60 runs`. */
function runsText(all: readonly Standing[]): string {
  const pairs = [...new Set(all.map((one) => one.pairs))].sort((a, b) => a - b);
  return [...pairs.slice(0, -1), numberOf(pairs.at(-1) ?? 0, "run")].join(" or ");
}

function percent(share: number): string {
  return percentOf(share).toFixed(0).replace(/^-0$/, "0");
}

function percentText({ value, low, high }: Estimate): string {
  const one = (share: number) => percentOf(share).toFixed(1);
  return Number.isNaN(low) ? one(value) : `${one(value)} [${one(low)}, ${one(high)}]`;
}
