import type { LossSet } from "../../config/losses.ts";
import { compareValues, type GridValue } from "../../identity/cell.ts";
import { countedText, type Estimate } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { drawnEstimate, multiplied } from "../../stats/interval.ts";
import { mean, quantileSorted } from "../../stats/moments.ts";
import { holm, wilcoxon } from "../../stats/pairs.ts";
import { ERROR } from "../../stats/power.ts";
import type { Box } from "../draw/axes.ts";
import { facets, headed, type PanelFrame, type Part, stacked } from "../draw/chart.ts";
import { cellAttributes } from "../draw/curves.ts";
import type { DrawnCell, OfCell } from "../draw/facts.ts";
import { linearScale, type Range, type Scale, shortNumber } from "../draw/scale.ts";
import { labelIn, type StyledRows, type Theme } from "../draw/style.ts";
import { element, group, rounded, SIZE, SMALL, type SvgNode, text, textWidth } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** A cell's gain over the model that shares nothing, as a share of that model's loss: the mean over tasks and runs. */
type MapRow = OfCell &
  Estimate & {
    readonly loss: LossSet;
    readonly against: string;
    readonly pairs: number;
    /** Of Wilcoxon's test of the runs' gains. */
    readonly p: number;
  };

/** What cells differ in besides the model: the correlation, or a listed setting. */
interface Axis {
  readonly name: string;
  /** Ascending, words after numbers. */
  readonly values: readonly GridValue[];
  readonly of: (cell: Pick<DrawnCell, "correlation" | "point">) => GridValue;
}

/** The best model at a place of the map. */
interface Best {
  readonly cell: DrawnCell;
  readonly row: MapRow;
  /** The p-value of its gain, by Holm over the models at the place. */
  readonly adjusted: number;
}

/** Most panels, and most rows of them. */
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
      const { model, correlation, point } = cell;
      const about = { model, correlation, ...point, loss, against, pairs: runs.length };
      return [{ ...about, ...drawnEstimate(ofRuns, "mean"), p: wilcoxon(ofRuns).p }];
    });
    return rows.length > 0 ? rows : { lacking: `no run is done both of ${against} and of another model` };
  },
  draw: (given) => {
    const { found, cells, sweep, theme } = given;
    const [x, y, ...others] = axesOf(cells, sweep);
    if (x === undefined || y === undefined) return { lacking: "cells that differ in two settings are needed" };
    const panelOf = (cell: DrawnCell) => others.map(({ name, of }) => `${name}=${of(cell)}`).join(", ");
    const panels = [...new Set(cells.map(panelOf))];
    const best = bestOf(found, (cell) => [panelOf(cell), x.of(cell), y.of(cell)].join(" "));
    const shown = panels.slice(0, MOST_PANELS).map((title) => {
      return { title, squares: best.filter(({ cell }) => panelOf(cell) === title) };
    });
    const left = Math.max(...y.values.map((value) => textWidth(valueText(value), SMALL))) + 6;
    const names = namesIn(best, { left, columns: x.values.length, panels: shown.length }, theme);
    const [bounds, isHatched] = [boundsOf(best), best.some(isUntold)];
    return {
      title: `Gain of the best model over ${againstIn(given)}`,
      caption: captionOf(given, [x, y], { panels: panels.length, shown: shown.length, isHatched }),
      ...stacked([
        headed(headingOf(given), theme),
        colourKey(bounds, isHatched, theme),
        nameKey(names, theme),
        headed(y.name, theme, { above: 3, below: 3 }),
        squares(shown, [x, y], { bounds, names, theme, left }),
      ]),
    };
  },
});

/** The correlation and the listed settings of which these cells have several values: first the two that have the most. */
function axesOf(cells: readonly DrawnCell[], { listed }: FigureData<MapRow>["sweep"]): Axis[] {
  const all: Omit<Axis, "values">[] = [
    { name: "task correlation", of: ({ correlation }) => correlation ?? "" },
    ...listed.map(({ key }) => ({ name: key, of: ({ point }: Pick<DrawnCell, "point">) => point[key] })),
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

/** The model of the highest gain at each place. */
function bestOf(found: readonly StyledRows<MapRow>[], placeOf: (cell: DrawnCell) => string): Best[] {
  return [...groupBy(found, ({ cell }) => placeOf(cell)).values()].map((here) => {
    const adjusted = holm(here.map(({ rows: [{ p }] }) => p));
    const all = here.map(({ cell, rows: [row] }, i) => ({ cell, row, adjusted: adjusted[i] }));
    return all.reduce((best, one) => (one.row.value > best.row.value ? one : best));
  });
}

function isUntold({ adjusted }: Best): boolean {
  return !(adjusted < ERROR);
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

const LINE = 8;
/** Room above and below the lines of a name, and beside them. */
const [PADDING, BESIDE] = [7, 1.5];

/** Lines that name a model in a square of some width: the i-th model on the map. */
type Naming = (label: string, width: number, i: number) => readonly string[];

interface Names {
  /** Panels side by side. */
  readonly across: number;
  /** By model: its lines in a square, and the name that they stand for. */
  readonly of: ReadonlyMap<string, { readonly lines: readonly string[]; readonly label: string }>;
  /** Whether a key says what they stand for. */
  readonly areShort: boolean;
}

/**
 * Models by their names, with fewer panels side by side if they need it. If even one panel has no room for them, by their initials, or
 * else by letters.
 */
function namesIn(best: readonly Best[], room: Record<"left" | "columns" | "panels", number>, { width }: Theme): Names {
  const labels = [...new Map(best.map(({ cell }) => [cell.model, cell.label]))];
  const sides = [3, 2, 1].filter((across) => across <= room.panels && Math.ceil(room.panels / across) <= MOST_ROWS);
  const tries = [spelled, initials, letter].flatMap((naming) => sides.map((across) => ({ naming, across })));
  for (const { naming, across } of tries) {
    const square = (width - room.left - RIGHT - (across - 1) * APART) / across / room.columns - 2 * BESIDE;
    const named = labels.map(([model, label], i) => [model, { lines: naming(label, square, i), label }] as const);
    const lines = named.map(([, one]) => one.lines);
    const areApart = new Set(lines.map((some) => some.join(" "))).size === lines.length;
    const fit = lines.flat().every((line) => textWidth(line, SMALL) <= square);
    if (areApart && fit) return { across, of: new Map(named), areShort: naming !== spelled };
  }
  return { across: sides[0], of: new Map(), areShort: false };
}

/** Beside the last panel, and between two of them. */
const [RIGHT, APART] = [6, 11];

/** The whole name, in two lines of about the same length if it does not fit into one. */
const spelled: Naming = (label, width) => {
  if (textWidth(label, SMALL) <= width) return [label];
  const parts = label.split(/(?<=[ -])/);
  const breaks = parts.slice(1).map((_, i) => [parts.slice(0, i + 1), parts.slice(i + 1)]);
  const halves = breaks.map((lines) => lines.map((line) => line.join("").trim()));
  const longest = (lines: readonly string[]) => Math.max(...lines.map((line) => textWidth(line, SMALL)));
  return halves.reduce((best, one) => (longest(one) < longest(best) ? one : best), [label]);
};

/** `SB` of Shared-Bottom, `STw` of Single-Task, wide; a name of one word as it is. */
const initials: Naming = (label) => {
  const parts = label.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");
  return [parts.length === 1 ? label : parts.map((part) => /^\d+/.exec(part)?.[0] ?? part[0]).join("")];
};

const letter: Naming = (_, __, i) => [i < 26 ? String.fromCharCode(65 + i) : String(i - 25)];

interface Look {
  readonly bounds: readonly number[];
  readonly names: Names;
  readonly theme: Theme;
  /** Room for the numbers of the vertical axes. */
  readonly left: number;
}

/** A panel for each choice of the settings that are no axes. */
function squares(
  panels: readonly { readonly title: string; readonly squares: readonly Best[] }[],
  [x, y]: readonly [Axis, Axis],
  look: Look,
): Part {
  const { names, theme, left } = look;
  const lines = Math.max(1, ...[...names.of.values()].map((name) => name.lines.length));
  return facets<readonly Best[]>(
    {
      rows: [{}],
      columns: panels.map(({ title }) => (title === "" ? {} : { title: words.withMinus(title) })),
      item: (_, column) => panels[column].squares,
      ...{ most: names.across, left, right: RIGHT, across: APART },
      height: y.values.length * (lines * LINE + PADDING),
      x: (range) => sideBySide(x.values, range),
      y: (range) => sideBySide(y.values, range),
      marks: (own, frame) =>
        own.map((one) => {
          const box = boxAt(x.values.indexOf(x.of(one.cell)), y.values.indexOf(y.of(one.cell)), frame);
          return square(one, box, look);
        }),
      foot: [x.name],
    },
    theme,
  );
}

/** A tick in the middle of each value's square. */
function sideBySide(values: readonly GridValue[], range: Range): Scale {
  const ticks = values.map((value, i) => ({ value: i, label: valueText(value) }));
  return { ...linearScale(-0.5, values.length - 0.5, { range }), ticks };
}

function boxAt(column: number, row: number, { x, y }: PanelFrame): Box {
  const [left, top] = [x.at(column - 0.5), y.at(row + 0.5)];
  return { x: left, y: top, width: x.at(column + 0.5) - left, height: y.at(row - 0.5) - top };
}

/** A place of the map: its class as colour, its best model by name, hatched beside the name if it is not told apart. */
function square(one: Best, box: Box, { bounds, names, theme }: Look): SvgNode {
  const { cell, row } = one;
  const found = classOf(row.value, bounds);
  const [fill, ink] = [theme.diverging[found], inkOn(found, theme)];
  const { lines = [] } = names.of.get(cell.model) ?? {};
  const [middle, centre] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = centre - (lines.length * LINE) / 2;
  const wide = Math.max(0, ...lines.map((line) => textWidth(line, SMALL))) + 2;
  const inner = inside(box, 0.4);
  const isTight = inner.width - wide < 2 * HATCH;
  const across = isTight ? { x: inner.x, width: inner.width } : { x: middle - wide / 2, width: wide };
  const percent = `${countedText(multiplied(row, 100), 1, row.pairs)} %`;
  return group({ class: "point", ...cellAttributes(cell) }, [
    element("title", {}, [`${words.cellWords(cell)}: gain ${percent}${isUntold(one) ? ", not told apart" : ""}`]),
    element("rect", { ...inner, fill }),
    ...(isUntold(one)
      ? [hatch(inner, ink), element("rect", { ...across, y: top, height: lines.length * LINE, fill })]
      : []),
    ...lines.map((line, i) => text(line, middle, top + i * LINE + 6.4, { fill: ink, size: SMALL, anchor: "middle" })),
  ]);
}

function inside({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

function inkOn(found: number, { ink, background }: Theme): string {
  return found >= 2 && found <= 5 ? ink : background;
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
function colourKey(bounds: readonly number[], isHatched: boolean, theme: Theme): Part {
  const ends = [...bounds.map((bound) => -bound).reverse(), 0, ...bounds].map((bound) => valueText(bound));
  return (top) => {
    const y = top + 3;
    const boxOf = (i: number) => ({ x: 0.5 + i * WIDE, y, width: WIDE, height: HIGH });
    const below = { fill: theme.quiet, size: SMALL, anchor: "middle" } as const;
    const sample = { ...boxOf(0), x: boxOf(8).x + 10, width: 12 };
    const bottom = y + HIGH + SMALL + 1;
    const nodes = [
      ...theme.diverging.map((fill, i) => element("rect", { ...boxOf(i), fill })),
      ...ends.map((end, i) => text(end, boxOf(i + 1).x, bottom, below)),
      text("%", boxOf(8).x, bottom, { ...below, anchor: "end" }),
    ];
    const hatched = [
      element("rect", { ...sample, fill: theme.guide }),
      hatch(sample, theme.ink),
      text("not told apart", sample.x + 15, y + HIGH - 1, { fill: theme.ink, size: SMALL }),
    ];
    return { nodes: [group({ class: "key" }, [...nodes, ...(isHatched ? hatched : [])])], bottom: bottom + 3 };
  };
}

/** What short names stand for, side by side in as many lines as they need. */
function nameKey({ of, areShort }: Names, theme: Theme): Part {
  const short = areShort
    ? [...of].filter(
        ([
          ,
          {
            lines: [name],
            label,
          },
        ]) => name !== label,
      )
    : [];
  return (top) => {
    let [x, y] = [0.5, top + SIZE];
    const nodes = short.map(
      ([
        model,
        {
          lines: [name],
          label,
        },
      ]) => {
        const own = textWidth(name, SMALL, "SemiBold") + 3;
        const wide = own + textWidth(label, SMALL);
        if (x > 1 && x + wide > theme.width) [x, y] = [0.5, y + SIZE + 2];
        const style = { fill: theme.ink, size: SMALL } as const;
        const words = [text(name, x, y, { ...style, weight: "SemiBold" }), text(label, x + own, y, style)];
        x += wide + 9;
        return group({ class: "item", "data-model": model }, words);
      },
    );
    return { nodes: [group({ class: "key" }, nodes)], bottom: short.length > 0 ? y + 4 : top };
  };
}

/** What the model is called that shares nothing. */
function againstIn({ rows: [{ against }], sweep }: FigureData<MapRow>): string {
  return labelIn(sweep.cells, against);
}

function headingOf(given: FigureData<MapRow>): string {
  return `${words.capitalised(words.lossName(given.options.loss))}: gain of the best model over ${againstIn(given)}`;
}

interface Shown {
  /** Panels that there are, and that are drawn. */
  readonly panels: number;
  readonly shown: number;
  readonly isHatched: boolean;
}

function captionOf(
  given: FigureData<MapRow>,
  [x, y]: readonly [Axis, Axis],
  { panels, shown, isHatched }: Shown,
): string {
  const [against, { loss, unit }] = [againstIn(given), given.options];
  const first = shown < panels ? ` Of ${panels} panels the first ${shown} are drawn; the CSV file has all.` : "";
  const several = panels > 1 ? ` A panel for each choice of the other settings.${first}` : "";
  const test = "Wilcoxon's signed-rank test of the runs' gains at 5 %, by Holm over the models there";
  const hatched = isHatched ? ` Hatched: pairs of runs do not tell the model from ${against} (${test}).` : "";
  return (
    `The model that gains most over ${against} at each ${x.name} and ${y.name}, and by how many percent its ${words.lossName(loss)} after the ` +
    `last step (${words.unitsSentence({ loss, unit })}) is lower: the mean over tasks and runs. Below 0 no model is better than ${against}.${several}${hatched}`
  );
}
