import type { LossSet } from "../../src/records/record.ts";
import { LOSS_SETS } from "../../src/records/record.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { type CurvePoint, type Setting, settingKey } from "./curves.ts";
import {
  type Choose,
  type Distance,
  distance,
  figureOf,
  logCurves,
  lowest,
  one,
  type PaperFigure,
} from "./distance.ts";

/** What ours, the mean of both tasks' losses, is multiplied by. */
const FACTORS = { mean: 1, sum: 2 } as const;
const TASKS = ["mean", "sum"] as const;

/** A setting with a way to choose the learning rate and a loss to show. */
export interface Ranked extends Setting {
  readonly figure: PaperFigure;
  /** One for all, or how each model or each cell chose from those that were trained: as the paper did, by the lowest end. */
  readonly lr: string;
  readonly shown: LossSet;
  /** Whether the figure shows the mean of both tasks' losses or their sum. */
  readonly tasks: keyof typeof FACTORS;
  readonly runs: number;
  readonly distance: Distance;
}

/** Settings by their distance from Figures 3 and 4, each figure by itself, nearest first; those whose curves are too short for its axis are left out. */
export function rank(points: readonly CurvePoint[]): Ranked[] {
  return [...groupBy(points, (point) => `${figureOf(point.model)} ${settingKey(point)}`).values()]
    .flatMap(rankedOf)
    .sort((a, b) => b.figure - a.figure || a.distance.rms - b.distance.rms);
}

function rankedOf(points: readonly CurvePoint[]): Ranked[] {
  const { constants, loss, initializer, rows, batch, model } = points[0] as CurvePoint;
  const figure = figureOf(model);
  const rates = [...new Set(points.map(({ lr }) => lr))].sort((a, b) => a - b);
  const runs = Math.min(...points.map((point) => point.runs));
  return LOSS_SETS.flatMap((shown) =>
    TASKS.flatMap((tasks) =>
      waysOf(rates).flatMap(({ lr, only, choose }) => {
        const found = distance(logCurves(points.filter(only), shown, FACTORS[tasks]), choose);
        const setting = { figure, constants, loss, initializer, rows, batch, lr, shown, tasks, runs };
        return found ? [{ ...setting, distance: found }] : [];
      }),
    ),
  );
}

interface Way {
  readonly lr: string;
  readonly only: (point: CurvePoint) => boolean;
  readonly choose: Choose;
}

function waysOf(rates: readonly number[]): Way[] {
  const alone = rates.map((rate) => ({
    lr: String(rate),
    only: ({ lr }: CurvePoint) => lr === rate,
    choose: one(String(rate)),
  }));
  if (rates.length < 2) return alone;
  const chosen = (["model", "cell"] as const).map((by) => {
    return { lr: `by ${by}: ${rates.join(" ")}`, only: () => true, choose: lowest(by) };
  });
  return [...alone, ...chosen];
}
