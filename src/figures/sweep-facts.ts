import { cellOverlap, cellsOf } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import { ladderOf } from "../config/loss-unit-of.ts";
import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/losses.ts";
import { modelLabel } from "../config/own-models.ts";
import { coverageText, tableName } from "../config/rows.ts";
import { gridPoints, listedKeys, valuesOf } from "../config/schema.ts";
import { taskNames } from "../config/task-kinds.ts";
import { rungName } from "../data/ladder-loss.ts";
import { cellKey, comparePoints, NO_CHOICE } from "../identity/cell.ts";
import { LongWork } from "../long-work.ts";
import { memo } from "../memo.ts";
import { cellEvaluations } from "../records/cell-evaluations.ts";
import { measureMean } from "../records/measure-values.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, lossCurve, type RunRecord, tasksOf } from "../records/record.ts";
import { PAPER_TASKS } from "../records/words.ts";
import { groupBy } from "../stats/group-by.ts";
import { meanInterval, medianInterval } from "../stats/interval.ts";
import { quantileSorted } from "../stats/moments.ts";
import { sortAscending } from "../stats/sort.ts";
import { BAD_LOSS } from "../summary/bad-loss.ts";
import { calibrations, classTasks } from "../summary/calibration.ts";
import { modelSize } from "../summary/cost.ts";
import { frontRows, frontsOf } from "../summary/front.ts";
import { leadingMetric } from "../summary/leading.ts";
import { hasBadMinima } from "../summary/rungs.ts";
import { cellGains, sharesNothing } from "../summary/seesaw.ts";
import { memorisedText } from "../summary/summary.ts";
import {
  correlationsOf,
  type DrawnCell,
  doneCells,
  modelsOf,
  type Quantiles,
  type Recorded,
  type RecordedPoint,
  type RunCurve,
  type RungLine,
  type Sweep,
  type SweepCell,
  type SweepFacts,
} from "./draw/facts.ts";
import { publishedFigure3, publishedFigure4 } from "./published.ts";

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

export const recordedOf = memo((results: Results): Recorded => {
  const against = sharesNothing(results);
  return {
    sweep: sweepOf(results),
    cells: sweepCells(results),
    finals: finalMeans,
    taskFinals: ({ runs }, loss) => runs.map((run) => finalLosses(run, loss)?.tasks ?? []),
    curve: (cell, loss) => pointsOf(cell)[loss],
    measure: ({ runs }, name) => Float64Array.from(runs, ({ measures }) => measureMean(measures, name)),
    differences: (first, second, loss) => differencesOf(first)(second, loss),
    cost: ({ runs: [run] }) => modelSize(results.config, run),
    against,
    gains: (cell, loss) => (against === undefined ? undefined : gainsByCell(results, loss, against).get(cellKey(cell))),
    fronts: (loss) => frontsOf(results, loss).flatMap((front) => frontRows(front, loss)),
    calibrations: () => calibrationsOf(results),
  };
});

const gainsByCell = memo((results: Results, loss: LossSet, against: string) => {
  return new Map(cellGains(results, loss, against).map((gains) => [cellKey(gains), gains]));
});

const calibrationsOf = memo((results: Results) => {
  const cells = sweepCells(results);
  const tasks = classTasks(results.config);
  const work = new LongWork("reading predictions");
  return cells.map((cell, i) => {
    work.reach(i / cells.length);
    return { cell, tasks: calibrations(results, cell.runs, tasks) };
  });
});

/** Of all losses, as a curve may have to be read from the disk: sorted once, and not kept. */
const pointsOf = memo(({ runs, overlap }: SweepCell): EachLoss<readonly RecordedPoint[]> => {
  const points = eachLoss((): RecordedPoint[] => []);
  for (const evaluation of cellEvaluations(runs, undefined, true)) {
    if (evaluation === undefined) continue;
    const { step, reached, losses } = evaluation;
    for (const set of LOSS_SETS) points[set].push(pointOf(step, reached, losses[set][0], overlap));
  }
  return points;
});

/** Sorts the losses. */
function pointOf(step: number, runs: number, losses: Float64Array, overlap: number): RecordedPoint {
  const mean = meanInterval(losses, overlap);
  const sorted = sortAscending(losses);
  return { step, runs, mean, median: medianInterval(sorted, overlap), spread: quantiles(sorted) };
}

/** Quantiles of ascending values. */
function quantiles(sorted: ArrayLike<number>): Quantiles {
  const at = (q: number) => quantileSorted(sorted, q);
  return { min: at(0), q05: at(0.05), q25: at(0.25), median: at(0.5), q75: at(0.75), q95: at(0.95), max: at(1) };
}

/** Kept, as the interval of an array's numbers is computed once. */
const differencesOf = memo((first: SweepCell) =>
  memo((second: SweepCell, loss: LossSet): Float64Array => {
    const [ours, theirs] = [first, second].map((cell) => finalMeans(cell, loss));
    const places = new Map(second.runs.map(({ run }, i) => [run, i]));
    const off = first.runs.map(({ run }, i) => ours[i] - theirs[places.get(run) ?? -1]);
    return Float64Array.from(off.filter((value) => !Number.isNaN(value)));
  }),
);

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
    coverage: coverageText(config.rows),
    rowsFile: config.rows === null ? null : tableName(config.rows, config.name),
    ...(leading && { leading: { metric: leading.metric, task: (leading.task ?? 0) + 1 } }),
    memorised: memorisedText(results),
    rungs: rungsOf(results),
    paper: tasks === PAPER_TASKS && hasBadMinima(config) ? publishedOf(done) : [],
  };
}

function drawnCell({ model, correlation, point, runs, failed, overlap }: SweepCell, config: Config): DrawnCell {
  const { steps } = (runs[0] ?? { steps: 0 }) as Pick<RunRecord, "steps">;
  const about = { model, label: modelLabel(config, model), correlation, point };
  return { ...about, runs: runs.length, failed, steps, ...(overlap > 0 && { overlap }) };
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
    const overlap = cellOverlap(config, cell);
    return ended.length > 0 ? [{ ...cell, runs, failed: ended.length - runs.length, overlap }] : [];
  });
});

/** Cells in which a run is done. */
export const sweepCells = memo((results: Results): readonly SweepCell[] =>
  endedCells(results).filter(({ runs }) => runs.length > 0),
);

/** Mean over tasks of each run's loss after the last step, [runs]. */
export const finalMeans = memo(({ runs }: SweepCell, set: LossSet): Float64Array => {
  return Float64Array.from(runs, (run) => finalLosses(run, set)?.mean ?? Number.NaN);
});
