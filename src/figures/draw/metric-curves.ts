import { METRIC_WORDS } from "../../records/metric-words.ts";
import { groupBy } from "../../stats/group-by.ts";
import { bandsSentence, cellAttributes } from "./cell-curves.ts";
import { groupPanels, groupsSentence, mostCorrelations } from "./curve-groups.ts";
import { curvePanels } from "./curve-panels.ts";
import { byCell, correlationsOf, modelsOf, type SweepFacts } from "./facts.ts";
import type { FigureOptions, Picture, Unavailable } from "./figure.ts";
import type { MetricRow } from "./metrics.ts";
import { page } from "./page.ts";
import { groupPart, headingPart, stacked } from "./parts.ts";
import { leftOutSentence, modelGroups, ofOneModel, someOf } from "./shown.ts";
import type { CurvePoint } from "./step-panels.ts";
import { type SeriesStyle, stylesIn } from "./style.ts";
import { themeFor } from "./theme.ts";
import { capitalised, endedSentence, runsSentence } from "./words.ts";

const NAME = "metric-curves";

/** The first metric of a task, at an evaluation. */
export type MetricCurveRow = MetricRow & CurvePoint;

/** The first metric of each task, such as AUC, against steps: a row of panels for each task and group of models. */
export function metricCurves(
  rows: readonly MetricCurveRow[],
  sweep: SweepFacts,
  options: FigureOptions,
): Picture | Unavailable {
  const found = byCell(rows, sweep);
  if (found.length === 0) return { name: NAME, lacking: "no run is done that has a metric at every evaluation" };
  const cells = found.map(({ cell }) => cell);
  const theme = themeFor(options);
  const styles = stylesIn(cells, sweep, theme);
  const groups = modelGroups(modelsOf(cells));
  const all = correlationsOf(cells);
  const drawn = someOf(all, mostCorrelations(groups));
  const tasks = [...groupBy(rows, ({ task }) => String(task)).values()];
  const parts = tasks.flatMap((own, t) => {
    const { label, metric, task } = own[0];
    const curves = new Map(
      found.map(({ cell, rows: points }) => {
        const style = styles.get(cell.model) as SeriesStyle;
        const ofTask = points.filter((point) => point.task === task);
        return [cell, { style, attributes: cellAttributes(cell), points: ofTask, paper: [] }] as const;
      }),
    );
    const panels = groupPanels(groups, drawn, curves);
    return [
      headingPart(`${label}: ${METRIC_WORDS[metric]}`, theme, t === 0 ? 0 : 5),
      ...panels.map((group, i) => {
        const last = t === tasks.length - 1 && i === panels.length - 1;
        return groupPart(group, { styles, theme, last }, (some, place) =>
          curvePanels(some, { ...place, room: panels.flat(), options: { scale: "linear", fits: true } }),
        );
      }),
    ];
  });
  const { nodes, height } = stacked(parts);
  const caption =
    `${capitalised(options.statistic)} over runs of a metric of each task on held-out rows against training steps, each task with its own axis. ` +
    `${bandsSentence(cells, options.statistic)} The first steps may lie outside the frame.${endedSentence(found)}${groupsSentence(groups)}${leftOutSentence(all, drawn)} ` +
    runsSentence(cells, sweep);
  const title = `Metrics of each task against training steps${ofOneModel(cells)}`;
  return page({ name: NAME, title, caption, height, theme }, nodes);
}
