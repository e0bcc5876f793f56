// Losses against steps, as in the paper's Figures 3 and 4.
import { type CurveRow, curveOf, curveSentences, paperCurve, paperSentence } from "./cell-curves.ts";
import {
  type CurvePanel,
  curvePanels,
  type DrawnCurve,
  grouped,
  groupParts,
  headingPart,
  keyPart,
  modelOf,
  modelsIn,
  offPaper,
  only,
  type Part,
  panelColumns,
  SETTLED,
  stacked,
  zeroPanels,
} from "./curve-panels.ts";
import { byCell, type DrawnCell } from "./facts.ts";
import type { Draw, Drawing, FigureOptions, Given } from "./figure.ts";
import { endLabels, labelsWidth, legend, paperItems } from "./legend.ts";
import { SMALL_BOTTOM } from "./paper-points.ts";
import { framed } from "./scale.ts";
import { correlationStyles, type SeriesStyle, type Theme } from "./style.ts";
import { heading } from "./svg.ts";
import {
  areOnOwnRows,
  correlationWords,
  endedSentence,
  figureWords,
  lossHeading,
  OWN_ROWS,
  runsSentence,
} from "./words.ts";

/** Figure 3: loss of Shared-Bottom with a bottom of 16 units against steps, a line for each correlation. */
export const figure3: Draw<CurveRow> = ({ rows, sweep, options, theme }) => {
  const small = { ...sweep, cells: sweep.cells.filter(({ model }) => model === SMALL_BOTTOM) };
  const drawn = byCell(rows, small);
  const cells = drawn.map(({ cell }) => cell);
  if (areOnOwnRows(sweep.cells)) return { lacking: OWN_ROWS, never: true };
  if (cells.length === 0) return { lacking: `no run of ${SMALL_BOTTOM} is done; see mmoe sweep figure3` };
  const styles = correlationStyles(sweep.correlations as readonly number[], theme);
  const curves = drawn.map((one) =>
    curveOf(
      { ...one, style: styles.get(one.cell.correlation as number) as SeriesStyle },
      paperCurve(one.cell, sweep, options),
    ),
  );
  const model = "Shared-Bottom with a bottom of 16 units and towers of 8 (Figure 3).";
  return {
    title: "Loss of a small Shared-Bottom model against training steps (Figure 3)",
    caption: `${model} ${curveSentences(cells, sweep, options)}${paperSentence(cells, curves)}`,
    runs: runsSentence(cells, small),
    ...correlationCurves(cells, curves, options, theme),
  };
};

function correlationCurves(
  cells: readonly DrawnCell[],
  curves: readonly DrawnCurve[],
  options: FigureOptions,
  theme: Theme,
): Drawing {
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = cells.map(({ correlation }) => correlationWords(correlation));
  const panel: CurvePanel = { curves };
  const published = curves.filter(({ paper }) => paper.length > 0).map(({ style }) => style);
  const key = legend(paperItems("the paper", published), { y: head.height + 9, theme });
  const place = {
    options,
    theme,
    columns: 1,
    top: head.height + key.height + 6,
    height: 130,
    right: labelsWidth(names),
  };
  const { nodes, bottom, boxes, y } = curvePanels([panel], place);
  const box = boxes[0];
  const labels = curves.map(({ points, style, attributes }, i) => ({
    label: names[i],
    y: box.y + y.at(points.at(-1)?.value ?? 0),
    style,
    attributes,
  }));
  const beside = endLabels(labels, { x: box.x + box.width, top: box.y + 3, bottom: box.y + box.height, theme });
  return { nodes: [...head.nodes, key.node, ...nodes, beside], height: bottom };
}

/** Figure 4: each model's loss against steps with its 95 % band, a panel for each correlation. */
export const figure4: Draw<CurveRow> = (given) => {
  const { found, cells, sweep, options } = given;
  if (found.length === 0) return { lacking: "no run is done" };
  const curves = new Map(found.map((one) => [one.cell, curveOf(one, paperCurve(one.cell, sweep, options))]));
  const { groups, sentence } = grouped(curves);
  const { below, ...contents } = curveDrawing(groups, given);
  const { of, figure } = figureWords(4, cells);
  const each = areOnOwnRows(cells) ? " for each model" : " for each model and correlation";
  const sentences = [
    curveSentences(cells, sweep, options),
    endedSentence(found),
    below,
    sentence,
    paperSentence(cells, curves.values()),
  ];
  return {
    title: `Loss against training steps${of || each}${figure}`,
    caption: sentences.join(""),
    ...contents,
  };
};

type Shown = Pick<Given<CurveRow>, "styles" | "options" | "theme">;

interface CurveDrawing extends Drawing {
  /** For the caption: what is drawn below the curves. */
  readonly below: string;
}

/** Rows of panels for groups of models, their lower curves again, and ours minus the paper's. */
function curveDrawing(
  groups: readonly (readonly CurvePanel[])[],
  { styles, options, theme }: Given<CurveRow>,
): CurveDrawing {
  const shown = { styles, options, theme };
  const all = merged(groups);
  const lower = groups.length === 1 && options.scale === "linear" ? lowerCurves(all) : [];
  const isCompared = (curve: DrawnCurve) => offPaper(curve).length > 1; // a line
  const compared = all.map((panel) => only(panel, isCompared)).filter(({ curves }) => curves.length > 0);
  const parts = [
    headingPart(lossHeading(options), theme, 0),
    ...groupParts(groups, { ...shown, last: lower.length === 0 }, (panels, place) =>
      curvePanels(panels, { ...place, options }),
    ),
    ...(lower.length > 0 ? [lowerPart(lower, shown)] : []),
    ...(compared.length > 0 ? differenceParts(compared, lower, shown) : []),
  ];
  return { ...stacked(parts), below: belowSentences(lower.length > 0, compared.length > 0) };
}

/** Panels with the curves of all groups. */
function merged(groups: readonly (readonly CurvePanel[])[]): CurvePanel[] {
  const [first = []] = groups;
  return first.map((panel, i) => ({ ...panel, curves: groups.flatMap((group) => group[i]?.curves ?? []) }));
}

/** Share of the frame below which a curve ends that is drawn again. */
const LOW = 1 / 4;

/** The panels with the curves alone that end low in the frame; none if fewer than two models do. */
function lowerCurves(panels: readonly CurvePanel[]): CurvePanel[] {
  const all = panels.flatMap(({ curves }) => curves);
  const values = all.flatMap(({ points }) => framed(points, "linear").map(({ value }) => value));
  const frame = values.reduce((most, value) => Math.max(most, value), 0);
  const ends = (curve: DrawnCurve) => curve.points.at(-1)?.value ?? 0;
  const high = modelsIn([{ curves: all.filter((curve) => ends(curve) > LOW * frame) }]);
  const lower = panels.map((panel) => only(panel, (curve) => !high.includes(modelOf(curve))));
  return modelsIn(lower).length < 2 ? [] : lower.map(untitled);
}

function lowerPart(lower: readonly CurvePanel[], { theme }: Shown): Part {
  const title = headingPart("The lower curves on a logarithmic axis", theme, 5);
  return (top) => {
    const { nodes, bottom } = title(top);
    const place = { theme, columns: panelColumns(lower), top: bottom + 5, height: 64 };
    const panels = curvePanels(lower, { ...place, options: { scale: "log" }, start: SETTLED });
    return { nodes: [...nodes, ...panels.nodes], bottom: panels.bottom };
  };
}

/** Ours minus the paper's: the lower curves in a row of their own. */
function differenceParts(compared: readonly CurvePanel[], lower: readonly CurvePanel[], shown: Shown): Part[] {
  const { theme } = shown;
  const low = modelsIn(lower);
  const isLow = (curve: DrawnCurve) => low.includes(modelOf(curve));
  const rows = [
    compared.map((panel) => only(panel, (curve) => !isLow(curve))),
    compared.map((panel) => only(panel, isLow)),
  ].filter((row) => modelsIn(row).length > 0);
  const columns = panelColumns(compared);
  const parts = rows.map((row, i): Part => {
    const foot = i === rows.length - 1;
    const panels = i === 0 ? row : row.map(untitled);
    return (top) => zeroPanels(panels, { theme, columns, top: top + (i > 0 ? 9 : 0), height: 60, foot }, offPaper);
  });
  return [headingPart("Ours minus the paper's", theme, 4), keyPart(modelsIn(compared), shown), ...parts];
}

function untitled({ title: _, ...panel }: CurvePanel): CurvePanel {
  return panel;
}

function belowSentences(lower: boolean, compared: boolean): string {
  const again = lower
    ? " Below, the curves that end in the lowest quarter of the frame again, on a logarithmic axis."
    : "";
  const apart =
    " Ours minus the paper's: from a tenth of the steps on (step 1,000 of the paper's axis), with our bands.";
  return compared ? again + apart : again;
}
