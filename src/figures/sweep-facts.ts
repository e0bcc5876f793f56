import { basename } from "node:path";
import { cellsOf } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import { ladderOf } from "../config/loss-unit-of.ts";
import type { LossSet } from "../config/losses.ts";
import { modelLabel } from "../config/own-models.ts";
import { gridPoints, listedKeys, valuesOf } from "../config/schema.ts";
import { taskNames } from "../config/task-kinds.ts";
import { rungName } from "../data/ladder-loss.ts";
import { type Cell, cellKey, comparePoints, NO_CHOICE } from "../identity/cell.ts";
import { memo } from "../memo.ts";
import { measureMean } from "../records/measure-values.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, lossCurve, type RunRecord, tasksOf } from "../records/record.ts";
import { PAPER_TASKS } from "../records/words.ts";
import { groupBy } from "../stats/group-by.ts";
import { BAD_LOSS, hasBadMinima } from "../summary/bad-loss.ts";
import { leadingMetric } from "../summary/leading.ts";
import { memorisedText } from "../summary/summary.ts";
import {
  correlationsOf,
  type DrawnCell,
  doneCells,
  modelsOf,
  type RunCurve,
  type RungLine,
  type Sweep,
  type SweepFacts,
} from "./draw/facts.ts";
import type { FigureOptions } from "./draw/figure.ts";
import { publishedFigure3, publishedFigure4 } from "./published.ts";

/** A sweep as figures are drawn of it. */
export const sweepOf = memo((results: Results): Sweep => {
  const cells = new Map(sweepCells(results).map((cell) => [cellKey(cell), cell]));
  return {
    ...factsOf(results),
    curvesOf: (cell, loss) => {
      const found = cells.get(cellKey(cell));
      const finals = found && finalMeans(found, loss);
      return (found?.runs ?? []).map(
        (record, i): RunCurve => ({
          run: record.run,
          steps: record.curve.steps,
          final: finals?.[i] as number,
          get losses() {
            return lossCurve(record, loss); // of many curves few are drawn
          },
        }),
      );
    },
  };
});

/** What a figure multiplies the mean of the tasks' losses by: their number if it shows sums. */
export function lossFactor({ tasks }: Pick<SweepFacts, "tasks">, { sum }: Pick<FigureOptions, "sum">): number {
  return sum ? tasks : 1;
}

function factsOf(results: Results): SweepFacts {
  const { config, at } = results;
  const ended = endedCells(results);
  const cells = ended.map((cell) => drawnCell(cell, config));
  const done = doneCells({ cells });
  const first = ended.find(({ runs }) => runs.length > 0)?.runs[0];
  const leading = leadingMetric(config);
  const tasks = first === undefined ? config.tasks : tasksOf(first);
  return {
    cells,
    tasks,
    at,
    taskNames: taskNames({ ...config, tasks }),
    badLoss: hasBadMinima(config) ? BAD_LOSS : null,
    models: modelsOf(done),
    correlations: correlationsOf(done),
    asked: config.runs,
    listed: listedKeys(config).map((key) => ({ key, values: valuesOf(config, key) })),
    rowsFile: config.rows === null ? null : basename(config.rows.file),
    ...(leading && { leading: { metric: leading.metric, task: leading.task + 1 } }),
    memorised: memorisedText(results),
    rungs: rungsOf(results),
    paper: tasks === PAPER_TASKS && hasBadMinima(config) ? publishedOf(done) : [],
  };
}

function drawnCell({ model, correlation, point, runs, failed }: SweepCell, config: Config): DrawnCell {
  const { steps } = (runs[0] ?? { steps: 0 }) as Pick<RunRecord, "steps">;
  return { model, label: modelLabel(config, model), correlation, point, runs: runs.length, failed, steps };
}

/** The lowest loss first. */
function rungsOf({ config }: Results): RungLine[] {
  if (!hasBadMinima(config)) return [];
  const ladder = ladderOf(config);
  const lines = ladder.rungs.map((loss, rung) => ({ loss, label: rungName(rung, ladder) }));
  return lines.sort((a, b) => a.loss - b.loss);
}

function publishedOf(cells: readonly DrawnCell[]) {
  const keys = new Set(cells.map(({ model, correlation }) => cellKey({ model, correlation, point: NO_CHOICE })));
  return [...publishedFigure3(), ...publishedFigure4()].filter((point) => keys.has(cellKey(point)));
}

/** A cell with the runs that are done. */
export interface SweepCell extends Cell {
  /** Runs that are done, by their index. */
  readonly runs: readonly RunRecord[];
  readonly failed: number;
}

/** Cells in which a run has ended, in the sweep's order of models, by rising correlation and then by grid point. */
const endedCells = memo(({ config, records }: Results): readonly SweepCell[] => {
  const cells = groupBy(records, cellKey);
  const correlations = correlationsOf(cellsOf(config));
  const points = gridPoints(config).sort(comparePoints);
  const all = config.models.flatMap((model) =>
    correlations.flatMap((correlation) => points.map((point) => ({ model, correlation, point }))),
  );
  return all.flatMap((cell) => {
    const ended = cells.get(cellKey(cell)) ?? [];
    const runs = ended.filter(({ status }) => status === "done").sort((a, b) => a.run - b.run);
    return ended.length > 0 ? [{ ...cell, runs, failed: ended.length - runs.length }] : [];
  });
});

/** Those in which a run is done. */
export const sweepCells = memo((results: Results): readonly SweepCell[] =>
  endedCells(results).filter(({ runs }) => runs.length > 0),
);

/** Mean over tasks of each run's loss after the last step, [runs]. */
export const finalMeans = memo(({ runs }: SweepCell, set: LossSet): Float64Array => {
  return Float64Array.from(runs, (run) => finalLosses(run, set)?.mean ?? Number.NaN);
});

/** Values of a measure that `records/measures.ts` declares, [runs]: the mean over tasks or pairs. */
export function cellMeasures({ runs }: SweepCell, name: string): Float64Array {
  return Float64Array.from(runs, (run) => measureMean(run.measures, name));
}
