import type { LossSet } from "../../config/losses.ts";
import { compareValues, type GridValue } from "../../identity/cell.ts";
import { type Estimate, estimateText } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { estimate, multiplied } from "../../stats/interval.ts";
import { mean, quantileSorted } from "../../stats/moments.ts";
import { holm, pOf, testOf } from "../../stats/pairs.ts";
import { ERROR, leastTested } from "../../stats/power.ts";
import type { Box } from "../draw/axes.ts";
import { facets, headed, type PanelFrame, type Part, stacked } from "../draw/chart.ts";
import { cellAttributes } from "../draw/curves.ts";
import type { DrawnCell, OfCell } from "../draw/facts.ts";
import { linearScale, type Range, shortNumber } from "../draw/scale.ts";
import { labelIn, type StyledRows, type Theme } from "../draw/style.ts";
import { brokenLines, element, group, rounded, SMALL, type SvgNode, text, textWidth } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** A cell's gain over the model that shares nothing, as a share of that model's loss: the mean over tasks and runs. */
type MapRow = OfCell &
  Estimate & {
    readonly loss: LossSet;
    readonly against: string;
    readonly pairs: number;
    /** Of Wilcoxon's test of the runs' gains, or of the corrected resampled t test where runs share rows of a table. */
    readonly p: number;
  };

/** The best model at a place of the map. */
type Best = ReturnType<typeof bestOf>[number];

const [MOST_PANELS, MOST_ROWS] = [24, 8];

/** Which model gains most over one that shares nothing, and how much, against two settings. */
export const map = figure<MapRow>({
  name: "map",
  about: "gain of the best model over one that shares nothing, against two settings of a sweep",
  of: "all points",
  supports: ["loss"],
  rows: ({ sweep, cells, against, gains }, { loss }) => {
    if (axesOf(sweep.cells, sweep).length < 2)
      return { lacking: "its runs have several values of fewer than two settings", never: true };
    if (against === undefined)
      return { lacking: "runs of a model that shares nothing are needed, such as single-task", never: true };
    const rows = cells.flatMap((cell): MapRow[] => {
      const { runs = [], tasks = [] } = gains(cell, loss) ?? {};
      if (runs.length === 0) return [];
      const ofRuns = Float64Array.from(runs, (_, i) => mean(tasks.map((task) => task[i])));
      const { model, correlation, point, overlap } = cell;
      const about = { model, correlation, ...point, loss, against, pairs: runs.length };
      return [{ ...about, ...estimate(ofRuns, "mean", overlap), p: pOf(testOf(ofRuns, overlap)) }];
    });
    return rows.length > 0 ? rows : { lacking: `no run is done both of ${against} and of another model` };
  },
  draw: ({ found, cells, sweep, theme, rows: [{ against }], options: { loss, unit } }) => {
    const [x, y, ...others] = axesOf(cells, sweep);
    if (x === undefined || y === undefined) return { lacking: "cells that differ in two settings are needed" };
    const panelOf = (cell: DrawnCell) => others.map(({ name, of }) => `${name}=${of(cell)}`).join(", ");
    const panels = [...new Set(cells.map(panelOf))];
    const shown = panels.slice(0, MOST_PANELS);
    const best = bestOf(found, (cell) => [panelOf(cell), x.of(cell), y.of(cell)].join(" "));
    const untold = best.filter(({ isUntold }) => isUntold);
    const overlap = words.mostOverlap(cells);
    const least = leastTested(ERROR, overlap);
    const areFew = untold.every(({ row }) => row.pairs < least);
    const meaning = untold.length === 0 ? "" : areFew ? "too few pairs to tell" : "not told apart";
    const look = { bounds: boundsOf(best), meaning, theme };
    const reference = labelIn(sweep.cells, against);
    const left = Math.max(...y.values.map((value) => textWidth(valueText(value), SMALL))) + 6;
    const names = namesIn(best, { width: theme.width - left - RIGHT, columns: x.values.length, panels: shown.length });
    const over = `of the best model over ${reference}`;
    const some = ` Of ${panels.length} panels the first ${MOST_PANELS} are drawn; the CSV file has all.`;
    const several = panels.length > 1 ? " A panel for each choice of the other settings." : "";
    const name = overlap > 0 ? "corrected resampled t" : "Wilcoxon's signed-rank";
    const test = `${name} test of the runs' gains at 5 %, by Holm over the models there`;
    const hatched = meaning !== "" ? ` Hatched: pairs of runs do not tell the model from ${reference} (${test}).` : "";
    return {
      title: `Gain ${over}`,
      caption:
        `The model that gains most over ${reference} at each ${x.name} and ${y.name}, and by how many percent its ${words.lossName(loss)} after the ` +
        `last step (${words.unitsSentence({ loss, unit })}) is lower: the mean over tasks and runs. Below 0 no model is better than ` +
        `${reference}.${several}${panels.length > MOST_PANELS ? some : ""}${hatched}`,
      ...stacked([
        headed(`${words.capitalised(words.lossName(loss))}: gain ${over}`, theme),
        colourKey(look),
        ...(names.key ? [headed(names.key, theme)] : []),
        headed(y.name, theme, { above: 3, below: 3 }),
        facets<readonly Best[]>(
          {
            rows: [{}],
            columns: shown.map((title) => (title === "" ? {} : { title: words.withMinus(title) })),
            item: (_, column) => best.filter(({ cell }) => panelOf(cell) === shown[column]),
            ...{ most: names.across, left, right: RIGHT, across: APART, height: y.values.length * names.height },
            x: (range) => sideBySide(x.values, range),
            y: (range) => sideBySide(y.values, range),
            marks: (own, frame) =>
              own.map((one) => {
                const at = [x.values.indexOf(x.of(one.cell)), y.values.indexOf(y.of(one.cell))] as const;
                return square(one, boxAt(at, frame), names.of.get(one.cell.model) ?? [], look);
              }),
            foot: [x.name],
          },
          theme,
        ),
      ]),
    };
  },
});

/** The correlation and the listed settings of which these cells have several values: first the two that have the most. */
function axesOf(cells: readonly DrawnCell[], { listed }: FigureData<MapRow>["sweep"]) {
  const all = [
    { name: "task correlation", of: ({ correlation }: DrawnCell): GridValue => correlation ?? "" },
    ...listed.map(({ key }) => ({ name: key, of: ({ point }: DrawnCell) => point[key] })),
  ];
  const axes = all
    .map((axis) => ({ ...axis, values: [...new Set(cells.map(axis.of))].sort(compareValues) }))
    .filter(({ values }) => values.length > 1);
  const most = axes.toSorted((a, b) => b.values.length - a.values.length).slice(0, 2);
  return [...axes.filter((axis) => most.includes(axis)), ...axes.filter((axis) => !most.includes(axis))];
}

function valueText(value: GridValue): string {
  return words.withMinus(typeof value === "number" ? shortNumber(value) : String(value));
}

/** The model of the highest gain at each place, and whether Holm's correction for the models there leaves that untold. */
function bestOf(found: readonly StyledRows<MapRow>[], placeOf: (cell: DrawnCell) => string) {
  return [...groupBy(found, ({ cell }) => placeOf(cell)).values()].map((here) => {
    const adjusted = holm(here.map(({ rows: [{ p }] }) => p));
    const all = here.map(({ cell, rows: [row] }, i) => ({ cell, row, isUntold: !(adjusted[i] < ERROR) }));
    return all.reduce((best, one) => (one.row.value > best.row.value ? one : best));
  });
}

/** Bounds between the classes of gains above 0, in percent: most places are below the last. */
function boundsOf(best: readonly Best[]): readonly number[] {
  const sizes = Float64Array.from(best, ({ row }) => 100 * Math.abs(row.value)).sort();
  const most = quantileSorted(sizes, 0.9);
  const first = [10, 5, 2, 1, 0.5, 0.2].find((bound) => 2 * bound <= most) ?? 0.1;
  return [first, 2 * first, 4 * first];
}

/** The class of a gain: from 0, the lowest, to 7. */
function classOf(gain: number, bounds: readonly number[]): number {
  const beyond = bounds.filter((bound) => 100 * Math.abs(gain) >= bound).length;
  return gain < 0 ? 3 - beyond : 4 + beyond;
}

/** Height of a line of a name, and beside the last panel and between two of them. */
const [LINE, RIGHT, APART] = [8, 6, 11];

/**
 * How many panels are side by side, how high a square is, and the lines in it by model: its name, with fewer panels side by side if that
 * needs it, or a letter of the key if even one panel has no room.
 */
function namesIn(best: readonly Best[], room: Readonly<Record<"width" | "columns" | "panels", number>>) {
  const labels = [...new Map(best.map(({ cell }) => [cell.model, cell.label]))];
  const sides = [3, 2, 1].filter((across) => across <= room.panels && Math.ceil(room.panels / across) <= MOST_ROWS);
  for (const across of sides) {
    const width = (room.width - (across - 1) * APART) / across / room.columns - 3;
    const of = new Map(labels.map(([model, label]) => [model, linesOf(label, width)]));
    const lines = [...of.values()];
    const most = Math.max(...lines.map(({ length }) => length));
    if (most <= 2 && lines.flat().every((line) => textWidth(line, SMALL) <= width))
      return { across, height: most * LINE + 7, of, key: "" };
  }
  const lettered = labels.map(([model, label], i) => ({ model, label, letter: String.fromCodePoint(65 + i) }));
  const key = lettered.map(({ letter, label }) => `${letter}: ${label}`).join(", ");
  return {
    across: sides[0],
    height: LINE + 7,
    of: new Map(lettered.map(({ model, letter }) => [model, [letter]])),
    key,
  };
}

/** A name, broken at spaces and after hyphens where it is too long. */
function linesOf(label: string, width: number): string[] {
  if (textWidth(label, SMALL) <= width) return [label];
  return brokenLines(label.replaceAll("-", "- "), width, SMALL).map((line) => line.replaceAll("- ", "-"));
}

/** A tick in the middle of each value's square. */
function sideBySide(values: readonly GridValue[], range: Range) {
  const ticks = values.map((value, i) => ({ value: i, label: valueText(value) }));
  return { ...linearScale(-0.5, values.length - 0.5, { range }), ticks };
}

function boxAt([column, row]: readonly [number, number], { x, y }: PanelFrame): Box {
  const [left, top] = [x.at(column - 0.5) + 0.4, y.at(row + 0.5) + 0.4];
  return { x: left, y: top, width: x.at(column + 0.5) - left - 0.4, height: y.at(row - 0.5) - top - 0.4 };
}

interface Look {
  readonly bounds: readonly number[];
  /** What hatching means; empty if nothing is hatched. */
  readonly meaning: string;
  readonly theme: Theme;
}

/** A place of the map: its class as colour, its best model by name, hatched beside the name if it is not told apart. */
function square({ cell, row, isUntold }: Best, box: Box, lines: readonly string[], { bounds, theme }: Look): SvgNode {
  const found = classOf(row.value, bounds);
  const [fill, ink] = [theme.diverging[found], found >= 2 && found <= 5 ? theme.ink : theme.background];
  const [middle, top] = [box.x + box.width / 2, box.y + (box.height - lines.length * LINE) / 2];
  const wide = Math.min(box.width, Math.max(...lines.map((line) => textWidth(line, SMALL))) + 2);
  const behind = { x: middle - wide / 2, y: top, width: wide, height: lines.length * LINE, fill };
  const percent = `${estimateText(multiplied(row, 100), 1, row.pairs)} %`;
  return group({ class: "point", ...cellAttributes(cell) }, [
    element("title", {}, [`${words.cellWords(cell)}: gain ${percent}${isUntold ? ", not told apart" : ""}`]),
    element("rect", { ...box, fill }),
    ...(isUntold ? [hatch(box, ink), element("rect", behind)] : []),
    ...lines.map((line, i) => text(line, middle, top + i * LINE + 6.4, { fill: ink, size: SMALL, anchor: "middle" })),
  ]);
}

/** Distance between the lines of a hatched square. */
const HATCH = 3.5;

function hatch({ x, y, width, height }: Box, stroke: string): SvgNode {
  const lines: string[] = [];
  for (let from = x - height + HATCH / 2; from < x + width; from += HATCH) {
    const [left, right] = [Math.max(from, x), Math.min(from + height, x + width)]; // rises from (from, y + height)
    const at = (across: number) => `${rounded(across)} ${rounded(y + height - (across - from))}`;
    lines.push(`M${at(left)}L${at(right)}`);
  }
  return element("path", { d: lines.join(""), stroke, "stroke-width": 0.6, "stroke-opacity": 0.45, fill: "none" });
}

/** Width and height of a class in the key. */
const [WIDE, HIGH] = [18, 8];

/** The classes from the least gain to the highest, with the bounds between them, and what hatching means. */
function colourKey({ bounds, meaning, theme }: Look): Part {
  const ends = [...bounds.map((bound) => -bound).reverse(), 0, ...bounds].map((bound) => valueText(bound));
  return (top) => {
    const box = (i: number) => ({ x: 0.5 + i * WIDE, y: top + 3, width: WIDE, height: HIGH });
    const bottom = top + 3 + HIGH + SMALL + 1;
    const below = { fill: theme.quiet, size: SMALL, anchor: "middle" } as const;
    const sample = { ...box(8.5), width: 12 };
    const hatched = [
      element("rect", { ...sample, fill: theme.guide }),
      hatch(sample, theme.ink),
      text(meaning, sample.x + 15, top + HIGH + 2, { fill: theme.ink, size: SMALL }),
    ];
    const nodes = [
      ...theme.diverging.map((fill, i) => element("rect", { ...box(i), fill })),
      ...ends.map((end, i) => text(end, box(i + 1).x, bottom, below)),
      text("%", box(8).x, bottom, { ...below, anchor: "end" }),
      ...(meaning === "" ? [] : hatched),
    ];
    return { nodes: [group({ class: "key" }, nodes)], bottom: bottom + 3 };
  };
}
