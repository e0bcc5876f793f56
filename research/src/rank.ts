import type { LossSet } from "../../src/config/losses.ts";
import { LOSS_SETS } from "../../src/config/losses.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { type CurvePoint, type Setting, settingKey, type Trained, trainedKey } from "./curves.ts";
import {
  AXIS_END,
  type Choose,
  type Distance,
  distance,
  figureOf,
  type LiteralDistance,
  literalDistance,
  logCurves,
  lowest,
  one,
  type PaperFigure,
} from "./distance.ts";
import type { Reading, RunFinal } from "./finals.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** What a mean curve of ours, over runs and both tasks, is multiplied by: over runs, one task has the curve of the mean. */
const FACTORS: Readonly<Record<Reading, number>> = { mean: 1, sum: 2, one: 1 };

/** A setting with a way to choose the learning rate and a loss to show. */
export interface Ranked extends Setting {
  readonly figure: PaperFigure;
  /** How the models differ from the paper's, such as `gate.bias-true`; empty for those of the paper. */
  readonly variant: string;
  /** One for all, or how each model or each cell chose from those that were trained: as the paper did, by the lowest end. */
  readonly lr: string;
  readonly shown: LossSet;
  /** Whether the figure shows the mean of both tasks' losses, their sum or one task's. */
  readonly tasks: Reading;
  readonly runs: number;
  /** At the best unit of the axis. */
  readonly distance: Distance;
  /** With the axis at its word, if the curves are that long. */
  readonly literal: LiteralDistance | undefined;
  /** Of running means at the end of the axis at its word, if each run's end is known. */
  readonly spread: Spread | undefined;
  /** Of running means at the end of an axis of the best unit, if each run's end is known and not far behind it. */
  readonly fitted: Spread | undefined;
}

/**
 * Settings by their distance from Figures 3 and 4, each figure by itself, nearest first; those whose curves are too
 * short for its axis are left out. `finals` are of runs of the same settings, those that are known.
 */
export function rank(points: readonly CurvePoint[], finals: readonly RunFinal[] = []): Ranked[] {
  const ends = groupBy(finals.map(varied), variedKey);
  const keyOf = (point: Varied<CurvePoint>) => `${figureOf(point.model)} ${settingKey(point)} ${point.variant}`;
  return [...groupBy(points.map(varied), keyOf).values()]
    .flatMap((own) => rankedOf(own, ends))
    .sort((a, b) => b.figure - a.figure || a.distance.rms - b.distance.rms);
}

/** Those that have a distance, nearest first. */
export function nearestBy(ranked: readonly Ranked[], distanceOf: (one: Ranked) => number | undefined): Ranked[] {
  const known = ranked.flatMap((one) => {
    const value = distanceOf(one);
    return value === undefined ? [] : [{ one, value }];
  });
  return known.sort((a, b) => a.value - b.value).map(({ one }) => one);
}

type Varied<T extends Trained> = T & Pick<Ranked, "variant">;

/** `mmoe-linear`, or `mmoe-gate.bias-true`, which a sweep calls MMoE with another part, as `mmoe` with a variant: `linear`, `gate.bias-true`. */
function varied<T extends Trained>(trained: T): Varied<T> {
  const [, model = trained.model, variant = ""] = /^(.+?)-(linear|\w+\..+)$/.exec(trained.model) ?? [];
  return { ...trained, model, variant };
}

function variedKey(trained: Varied<Trained>): string {
  return `${trainedKey(trained)} ${trained.variant}`;
}

function rankedOf(points: readonly Varied<CurvePoint>[], ends: ReadonlyMap<string, readonly RunFinal[]>): Ranked[] {
  const { constants, loss, initializer, rows, batch, model, variant } = points[0];
  const figure = figureOf(model);
  const runs = Math.min(...points.map((point) => point.runs));
  return LOSS_SETS.flatMap((shown) =>
    (Object.keys(FACTORS) as Reading[]).flatMap((tasks) =>
      waysOf(points).flatMap(({ lr, only, choose }) => {
        const curves = logCurves(points.filter(only), shown, FACTORS[tasks]);
        if (curves.size === 0) return []; // a model that the paper does not have
        const found = distance(curves, choose);
        const literal = literalDistance(curves, choose);
        const endsAt = (at?: Distance) => (at && shown === "running" ? endsBy(at, points, ends) : new Map());
        const spread = spreadOf(endsAt(literal), tasks);
        const fitted = found && spreadOf(endsAt(found), tasks, AXIS_END * found.unit);
        const setting = { figure, variant, constants, loss, initializer, rows, batch, lr, shown, tasks, runs };
        // without each run's end, one task is no other reading than the mean
        return found && (tasks !== "one" || spread) ? [{ ...setting, distance: found, literal, spread, fitted }] : [];
      }),
    ),
  );
}

/** The ends of each cell's runs, with the learning rate that the cell shows. */
function endsBy(
  { cells }: Distance,
  points: readonly Varied<CurvePoint>[],
  ends: ReadonlyMap<string, readonly RunFinal[]>,
): Map<string, readonly RunFinal[]> {
  const shown = new Map(cells.map(({ cell, lr }) => [cell, lr]));
  const trained = new Map(points.map((point) => [variedKey(point), point]));
  return new Map(
    [...trained].flatMap(([key, point]) => {
      const cell = cellKey({ ...point, point: NO_CHOICE });
      const finals = ends.get(key);
      return finals && shown.get(cell) === String(point.lr) ? [[cell, finals] as const] : [];
    }),
  );
}

interface Way {
  readonly lr: string;
  readonly only: (point: CurvePoint) => boolean;
  readonly choose: Choose;
}

function waysOf(points: readonly CurvePoint[]): Way[] {
  const rates = [...new Set(points.map(({ lr }) => lr))].sort((a, b) => a - b);
  const alone = rates.map((rate) => ({
    lr: String(rate),
    only: ({ lr }: CurvePoint) => lr === rate,
    choose: one(String(rate)),
  }));
  if (rates.length < 2) return alone;
  const chosen = (["model", "cell"] as const).map((by) => {
    const only = by === "model" ? atAllCorrelations(points) : () => true;
    return { lr: `by ${by}: ${rates.join(" ")}`, only, choose: lowest(by) };
  });
  return [...alone, ...chosen];
}

/** Whether a point's rate was trained at all correlations of its model, as it must be for a choice by model. */
function atAllCorrelations(points: readonly CurvePoint[]): (point: CurvePoint) => boolean {
  const count = (keyOf: (point: CurvePoint) => string) =>
    new Map([...groupBy(points, keyOf)].map(([key, own]) => [key, new Set(own.map((one) => one.correlation)).size]));
  const [all, each] = [count(({ model }) => model), count(({ model, lr }) => `${model} ${lr}`)];
  return ({ model, lr }) => each.get(`${model} ${lr}`) === all.get(model);
}
