import { commonPoint, pointText } from "../../identity/cell.ts";
import { type Estimate, endsOf } from "../../stats/estimate.ts";
import { pairsOf } from "../../stats/pairs.ts";
import { areUndominated } from "../../stats/pareto.ts";
import type { FrontRow } from "../../summary/front.ts";
import {
  correlationColumns,
  facets,
  headed,
  keyed,
  modelRow,
  type PanelFrame,
  type Part,
  stacked,
} from "../draw/chart.ts";
import { cellAttributes } from "../draw/curves.ts";
import { correlationsOf, modelsOf } from "../draw/facts.ts";
import type { LegendItem } from "../draw/legend.ts";
import { lossScale, type Range } from "../draw/scale.ts";
import { across, down, linePath, markerAt, seriesMarker } from "../draw/series.ts";
import { modelStyles, type SeriesStyle, type StyledRows, type Theme } from "../draw/style.ts";
import { element, group, SMALL, type SvgNode, text } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import { capitalised, finalLossWords, intervalWords, lossName } from "../draw/words.ts";

type Point = StyledRows<FrontRow>;
type Given = FigureData<FrontRow>;
/** Two tasks, from 0 on: the first is drawn from left to right, the second upwards. */
type TaskPair = readonly [number, number];

const LACKING = { lacking: "no two static task weights have a run in common" };

/** Final losses of two tasks with static task weights and with methods: a panel for each model and correlation. */
export const front = figure<FrontRow>({
  name: "front",
  about: "loss of one task against that of another with static task weights, their front, and methods",
  of: "all points",
  supports: ["loss", "scale"],
  rows: ({ sweep, fronts }, { loss }) => {
    if (!sweep.listed.some(({ key }) => key === "taskWeights"))
      return { lacking: "its runs have one choice of task weights", never: true };
    const rows = fronts(loss);
    return rows.length > 0 ? rows : LACKING;
  },
  draw: (given) => {
    const { found, sweep, theme } = given;
    if (found.length === 0) return LACKING;
    const pairs = pairsOf([...sweep.taskNames.keys()]);
    const choices = [...new Set(found.map(choiceOf))];
    const blocks = choices.flatMap((choice) => pairs.map((pair) => ({ choice, pair })));
    const styles = methodStyles(found, theme);
    const parts = blocks.slice(0, MOST_BLOCKS).flatMap(({ choice, pair }, i) => {
      const own = found.filter((point) => choiceOf(point) === choice);
      const heading = headed(headingOf(choice, pair, given), theme, { above: i === 0 ? 0 : 8 });
      return [heading, ...(i === 0 ? [keyed(keyOf(styles, theme), theme)] : []), panels(own, pair, styles, given)];
    });
    return {
      title: "Static task weights and methods",
      caption: `${captionOf(given)}${cutSentence(blocks.length)}`,
      ...stacked(parts),
    };
  },
});

/** At most this many choices of other settings and pairs of tasks, each on axes of its own. */
const MOST_BLOCKS = 6;

function choiceOf({ cell }: Point): string {
  return pointText(commonPoint(cell.point));
}

/** The styles of methods, whatever their weights: none is black, as static weights are. */
function methodStyles(found: readonly Point[], theme: Theme): Map<string, SeriesStyle> {
  const rows = found.flatMap(({ rows }) => rows).filter(({ kind }) => kind === "method");
  const names = [...new Set(rows.map(methodOf))];
  const styles = modelStyles([...names.slice(0, BEFORE_BLACK), "", ...names.slice(BEFORE_BLACK)], theme);
  return new Map(names.map((name) => [name, styles.get(name) as SeriesStyle]));
}

/** Without its weights. */
function methodOf({ name }: FrontRow): string {
  return name.split(" ")[0];
}

/** Styles between those of the paper's models and the black one. */
const BEFORE_BLACK = 4;

function keyOf(styles: ReadonlyMap<string, SeriesStyle>, { ink, quiet }: Theme): LegendItem[] {
  const [on, behind] = [ink, quiet].map((colour) => ({ colour, marker: "circle", dash: undefined }) as const);
  return [
    { label: "front of static weights", style: on, sample: "marked" },
    { label: "other static weights", style: behind, sample: "hollow" },
    ...[...styles].map(([label, style]): LegendItem => ({ label, style, sample: "marker" })),
  ];
}

function headingOf(choice: string, [, up]: TaskPair, { sweep, options }: Given): string {
  const of = `${lossName(options.loss)} of ${sweep.taskNames[up]}, ${options.unit.of}`;
  return choice === "" ? capitalised(of) : `${choice}: ${of}`;
}

/** Height of a panel, and room in it above the points, for the hypervolume. */
const HEIGHT = 105;
const STRIP = SMALL + 1;

/** A panel for each model and correlation, with common axes. */
function panels(
  own: readonly Point[],
  pair: TaskPair,
  styles: Map<string, SeriesStyle>,
  { sweep, options, theme }: Given,
): Part {
  const cells = own.map(({ cell }) => cell);
  const models = modelsOf(cells);
  const { drawn, columns } = correlationColumns(correlationsOf(cells), models.length);
  const losses = (k: number) => endsOf(own.flatMap(({ rows }) => rows.map((row) => lossOf(row, k))));
  const scale = (k: number, range: Range) => lossScale(losses(k), { ...options, fits: true }, range);
  const [right, up] = pair;
  return facets<readonly Point[]>(
    {
      rows: models.map((model) => modelRow(cells, model)),
      columns,
      item: (row, column) => {
        const here = own.filter(({ cell }) => cell.model === models[row] && cell.correlation === drawn[column]);
        return here.length > 0 ? here : undefined;
      },
      height: HEIGHT,
      x: (range) => scale(right, range),
      y: ([bottom, top]) => scale(up, [bottom, top + STRIP]),
      marks: (points, place) => marks(points, pair, place, { styles, theme }),
      foot: [`${lossName(options.loss)} of ${sweep.taskNames[right]}`],
    },
    theme,
  );
}

function lossOf(row: FrontRow, k: number): Estimate {
  const name = `task${k + 1}` as const;
  return { value: row[name], low: row[`${name}Low`], high: row[`${name}High`] };
}

interface Look {
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  readonly theme: Theme;
}

/** Static weights that none beats in both tasks with a line through them, the others hollow, and methods above them. */
function marks(points: readonly Point[], [right, up]: TaskPair, place: PanelFrame, { styles, theme }: Look): SvgNode[] {
  const all = points.map(({ cell, rows: [row] }) => ({ cell, row, x: lossOf(row, right), y: lossOf(row, up) }));
  const weights = all.filter(({ row }) => row.kind === "weights");
  const areOn = areUndominated(weights.map(({ x, y }) => [x.value, y.value]));
  const line = weights.filter((_, i) => areOn[i]).map(({ x, y }) => ({ x: x.value, y: y.value }));
  const drawn = (one: (typeof all)[number], colour: string, marker: (x: number, y: number) => SvgNode) => {
    const { cell, row, x, y } = one;
    const at = { x: place.x.at(x.value), y: place.y.at(y.value) };
    return group({ class: "point", ...cellAttributes(cell) }, [
      element("title", {}, [`${row.name}: ${x.value.toPrecision(4)}, ${y.value.toPrecision(4)}`]),
      ...(Number.isFinite(x.low) ? [across(place.x.at(x.low), place.x.at(x.high), at.y, colour, 0.6)] : []),
      ...(Number.isFinite(y.low) ? [down(at.x, place.y.at(y.low), place.y.at(y.high), colour, 0.6)] : []),
      marker(at.x, at.y),
    ]);
  };
  const { ink, quiet, guide, background } = theme;
  return [
    ...weights.flatMap((one, i) =>
      areOn[i]
        ? []
        : [drawn(one, guide, (x, y) => markerAt("circle", x, y, { fill: background, stroke: quiet, area: 9 }))],
    ),
    linePath(
      line.sort((a, b) => a.x - b.x),
      place,
      { colour: ink, dash: undefined },
    ),
    ...weights.flatMap((one, i) =>
      areOn[i] ? [drawn(one, ink, (x, y) => markerAt("circle", x, y, { fill: ink }))] : [],
    ),
    ...all.flatMap((one) => {
      const style = styles.get(methodOf(one.row));
      return one.row.kind === "method" && style ? [drawn(one, style.colour, (x, y) => seriesMarker(style, x, y))] : [];
    }),
    ...volumeText(points, place, theme),
  ];
}

/** The hypervolume of static weights, of two tasks. */
function volumeText(
  [
    {
      rows: [row],
    },
  ]: readonly Point[],
  { box }: PanelFrame,
  { quiet }: Theme,
): SvgNode[] {
  const { hypervolume, hypervolumeLow: low, hypervolumeHigh: high } = row;
  if ("task3" in row || Number.isNaN(hypervolume ?? Number.NaN)) return [];
  const percent = (share: number) => (100 * share).toFixed(0);
  const interval = Number.isFinite(low) ? ` [${percent(low)}, ${percent(high)}]` : "";
  const words = `hypervolume ${percent(hypervolume)}${interval} %`;
  return [text(words, box.x + box.width - 2, box.y + SMALL, { fill: quiet, size: SMALL, anchor: "end" })];
}

function captionOf({ found, cells, sweep, options }: Given): string {
  const runs = found.map(({ rows: [row] }) => row.runs);
  const isVolume = sweep.tasks === 2;
  const volume =
    " Hypervolume: what the front dominates of the box from the lowest to the highest mean losses of static weights.";
  return (
    `${finalLossWords(sweep, options, `mean ${lossName(options.loss)}`)}, ${intervalWords(runs, "with 95 % intervals over runs")}, ` +
    "over the runs that are done at all points of a panel: one task against another, so that the lower left is better. " +
    "The line joins the static task weights that no other ones beat in both tasks." +
    `${isVolume ? volume : ""}${correlationColumns(correlationsOf(cells), modelsOf(cells).length).leftOut}`
  );
}

function cutSentence(blocks: number): string {
  return blocks > MOST_BLOCKS
    ? ` Of ${blocks} choices of settings and pairs of tasks, the first ${MOST_BLOCKS} are drawn.`
    : "";
}
