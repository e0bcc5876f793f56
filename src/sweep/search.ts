// A search: trials at random values, of which the best get more runs, rung by rung.
import { type Axis, isAccepted } from "../config/axes.ts";
import { cellsOf } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import { definitionOf, withFields } from "../config/model-set.ts";
import type { OwnModel } from "../config/own-model-schema.ts";
import { lacks } from "../config/schema.ts";
import type { GridKey } from "../config/settings.ts";
import { UsageError } from "../errors.ts";
import { cellKey, type GridPoint, type GridValue, NO_CHOICE, pointText } from "../identity/cell.ts";
import { keyOf } from "../random/key.ts";
import { uniforms } from "../random/philox.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { runSweep, type SweepListener, type SweepOutcome, type SweepRequest } from "./run-sweep.ts";
import { changedConfig, type Pick } from "./tune.ts";

/** A model of the sweep at one point of the search. */
export interface Trial {
  readonly of: string;
  /** Values of the listed settings. */
  readonly values: GridPoint;
  /** Values of the model's fields. */
  readonly fields: GridPoint;
}

/** A model at all values of a trial, and how many runs it gets. */
type Asked = Trial & { readonly runs: number };

/** So many of the trials get so many runs each, those of earlier rungs included. */
export interface Rung {
  readonly trials: number;
  readonly runs: number;
}

/** Of each rung's trials, one in this many goes on. */
const KEPT = 3;
/** Trials of a bracket of a search without a number of them: they have up to three rungs. */
const BRACKET = 27;
/** After as many draws of points that are known or impossible, there are no others. */
const MOST_KNOWN = 1000;
/** Digits of a drawn number, which is in ids. */
const DIGITS = 4;

/** The rungs of as many trials, the last of which has at least two of them, in all `runs`. */
export function rungsOf(trials: number, runs: number): Rung[] {
  const rungs: Rung[] = [];
  for (let scale = 1; scale === 1 || (trials / scale >= 2 && scale <= runs); scale *= KEPT)
    rungs.push({ trials: Math.ceil(trials / scale), runs: 0 });
  return rungs.map(({ trials }, k) => ({ trials, runs: Math.ceil(runs / KEPT ** (rungs.length - 1 - k)) }));
}

/** The value of an axis at the quantile `u`: of a range whose ends are a factor of 10 or more apart, on a logarithmic scale. */
export function valueAt({ values }: Axis, u: number): GridValue {
  if (!("from" in values)) return values[Math.floor(u * values.length)];
  const { from, to, isWhole } = values;
  const end = isWhole ? to + 1 : to;
  const value = from > 0 && to / from >= 10 ? from * (end / from) ** u : from + u * (end - from);
  const shown = isWhole ? Math.floor(value) : Number(value.toPrecision(DIGITS));
  return Math.min(Math.max(shown, from), to);
}

/**
 * Different trials of a model that are possible, in the order in which they are drawn: each value by the seed, its axis and the draw.
 */
export function* trialsOf(
  model: string,
  axes: readonly Axis[],
  seed: number,
  isPossible: (trial: Trial) => boolean = () => true,
): Generator<Trial> {
  const own = axes.filter((axis) => axis.model === undefined || axis.model === model);
  const known = new Set<string>();
  for (let draw = 0, last = 0; draw - last <= MOST_KNOWN; draw++) {
    const drawnOf = (axes: readonly Axis[]) =>
      Object.fromEntries(axes.map((axis) => [axis.key, valueAt(axis, uniformOf(axis, seed, draw))]));
    const values = withDefaults(drawnOf(own.filter((axis) => axis.model === undefined)));
    const trial = { of: model, values, fields: drawnOf(own.filter((axis) => axis.model !== undefined)) };
    const text = JSON.stringify(trial);
    if (known.has(text)) continue;
    known.add(text);
    if (!isPossible(trial)) continue;
    last = draw;
    yield trial;
  }
}

function uniformOf({ model, key }: Axis, seed: number, draw: number): number {
  const name = model === undefined ? key : `${model}.${key}`;
  return uniforms(keyOf(`mmoe/seed=${seed}/search/trial=${draw}/${name}`), 1)[0];
}

/** A point in which a method takes no value of a constant that it does not have. */
function withDefaults(point: GridPoint): GridPoint {
  const { method } = point;
  const isLacking = (key: string) => method !== undefined && lacks(method, key as GridKey);
  return Object.fromEntries(Object.entries(point).map(([key, value]) => [key, isLacking(key) ? "default" : value]));
}

/** The config of a sweep that trains trials, each in runs of its own number. */
function configOf(config: Config, axes: readonly Axis[], trials: readonly Asked[]): Config {
  const points = trials.map(({ of, values, fields, runs }) => {
    const isChanged = Object.keys(fields).length > 0;
    const definition = isChanged ? withFields(definitionOf(of, config), fields) : undefined;
    return { definition, point: { model: definition?.name ?? of, values, runs, ...(isChanged && { of, fields }) } };
  });
  const variants = new Map(points.flatMap(({ definition }) => (definition ? [[definition.name, definition]] : [])));
  const lists = axes
    .filter(({ model }) => model === undefined)
    .map(({ key, values }) => {
      const ends = "from" in values ? [values.from, values.to] : values;
      return [key, [...new Set([...ends, ...trials.map((trial) => trial.values[key])])]];
    });
  return changedConfig(config, {
    ...Object.fromEntries(lists),
    models: [...new Set(points.map(({ point }) => point.model))],
    ownModels: [...config.ownModels, ...(variants.values() as Iterable<OwnModel>)],
    points: points.map(({ point }) => point),
  });
}

/** What to search, by how many trials of each model or for how long, and what chooses among them. */
export interface SearchRequest extends SweepRequest {
  readonly axes: readonly Axis[];
  /** Trials of each model; by default bracket after bracket of them until the time is over. */
  readonly trials?: number | undefined;
  readonly timeMs?: number | undefined;
  /** The trials of each model, the best first. */
  readonly choose: (results: Results) => readonly Pick[];
}

interface SearchOptions {
  readonly signal?: AbortSignal;
  readonly listener?: SweepListener;
  /** Is told of each rung before its first run. */
  readonly onRung?: (rung: Rung, place: number, rungs: number) => void;
}

/**
 * Trains trials of each model in a results folder by successive halving: of each rung the best third goes on to the next, with
 * the same numbers of runs, and so the same rows, for all. The same request goes on after a stop, without a run twice. Gives the
 * config of all trials in the runs of whole rungs, undefined if none is whole; and the sweep that was stopped, if one was.
 */
export async function search(request: SearchRequest, { onRung, ...options }: SearchOptions = {}) {
  const { config, axes, trials, timeMs, choose, ...sweep } = request;
  const start = performance.now();
  // values of several axes may not go together
  const isPossible = (trial: Trial) => isAccepted(() => configOf(config, axes, [{ ...trial, runs: 1 }]));
  const draws = config.models.map((model) => trialsOf(model, axes, config.seed, isPossible));
  let whole: Asked[] = [];
  const outcome = (stopped?: SweepOutcome) => ({
    config: whole.length === 0 ? undefined : configOf(config, axes, whole),
    stopped,
  });
  for (let bracket = 0; bracket === 0 || trials === undefined; bracket++) {
    let alive = draws.flatMap((draw) => taken(draw, trials ?? BRACKET));
    if (alive.length === 0 && bracket > 0) break;
    if (alive.length === 0) throw new UsageError("--axis: no drawn values go together; give other values or ranges");
    const rungs = rungsOf(Math.ceil(alive.length / draws.length), config.runs);
    for (const [k, rung] of rungs.entries()) {
      const limitMs = timeMs && start + timeMs - performance.now();
      if (limitMs !== undefined && limitMs <= 0) return outcome();
      onRung?.(rung, k + 1, rungs.length);
      const asked = withRuns(whole, alive, rung.runs);
      const ended = await runSweep({ ...sweep, config: configOf(config, axes, asked), limitMs }, options);
      if (ended.stopped !== undefined) return outcome(ended);
      whole = asked;
      const next = rungs[k + 1];
      if (next === undefined) break;
      const ofRung = configOf(config, axes, withRuns([], alive, rung.runs));
      const results = { path: ended.out, config: ofRung, at: NO_CHOICE, records: ended.records ?? [], provenances: [] };
      alive = bestOf(alive, choose(asPlanned(results)), next.trials);
    }
  }
  return outcome();
}

/** The next values of a generator, at most `count`; it stays open. */
function taken<T>(generator: Generator<T>, count: number): T[] {
  const values: T[] = [];
  for (let next = generator.next(); !next.done; next = generator.next()) if (values.push(next.value) >= count) break;
  return values;
}

/** Trials before, and those that are `alive` in `runs`. */
function withRuns(before: readonly Asked[], alive: readonly Trial[], runs: number): Asked[] {
  const now = new Map(alive.map((trial) => [trialKey(trial), { ...trial, runs }]));
  const kept = before.map((trial) => now.get(trialKey(trial)) ?? trial);
  const known = new Set(before.map(trialKey));
  return [...kept, ...[...now.values()].filter((trial) => !known.has(trialKey(trial)))];
}

function trialKey({ of, values, fields }: Trial): string {
  return `${of} ${pointText({ ...values, ...fields })}`;
}

/** The best trials of each model, `count` of each, none with a failed run. */
function bestOf(trials: readonly Trial[], picks: readonly Pick[], count: number): Trial[] {
  const best = picks.flatMap(({ model, candidates }) =>
    candidates
      .filter(({ failed }) => failed === 0)
      .slice(0, count)
      .map(({ point }) => `${model} ${pointText(point)}`),
  );
  return trials.filter((trial) => best.includes(trialKey(trial)));
}

/** The results with no other runs than their config asks for: a folder may hold more of them. */
export function asPlanned(results: Results): Results {
  const runs = new Map(cellsOf(results.config).map((cell) => [cellKey(cell), cell.runs]));
  const isAsked = (record: RunRecord) => record.run < (runs.get(cellKey(record)) ?? 0);
  return { ...results, records: results.records.filter(isAsked) };
}
