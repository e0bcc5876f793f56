import { headed, keyed, type Part, spaced, stacked } from "../draw/chart.ts";
import {
  type Curve,
  type CurvePanel,
  type CurveRow,
  curveFacets,
  curveOf,
  curveRows,
  curveSentences,
  grouped,
  groupParts,
  lastStep,
  lossAxis,
  modelOf,
  modelsIn,
  only,
  paperCurve,
  paperSentence,
  signedAxis,
} from "../draw/curves.ts";
import { modelKey } from "../draw/legend.ts";
import { framed } from "../draw/scale.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import { areOnOwnRows, endedSentence, figureWords, lossHeading } from "../draw/words.ts";

/** Figure 4: each model's loss against steps with its 95 % band, a panel for each correlation. */
export const figure4 = figure<CurveRow>({
  name: "figure4",
  about: "loss of each model against steps, a panel for each correlation",
  supports: ["loss", "statistic", "scale", "paper", "sum", "xLimits", "yLimits"],
  rows: curveRows,
  draw: (given) => {
    const { found, cells, sweep, options, styles, theme } = given;
    if (found.length === 0) return { lacking: "no run is done" };
    const curves = found.map((one) => ({ cell: one.cell, curve: curveOf(one, paperCurve(one.cell, sweep, options)) }));
    const { groups, sentence } = grouped(curves);
    const panels = groups[0].map((panel, i) => ({ ...panel, curves: groups.flatMap((group) => group[i].curves) }));
    const lower = groups.length === 1 && options.scale === "linear" ? lowerCurves(panels) : [];
    const off = panels.map(offPaper).filter((panel) => panel.curves.length > 0);
    const { of, figure } = figureWords(4, cells);
    const each = areOnOwnRows(cells) ? " for each model" : " for each model and correlation";
    const below = `${lower.length > 0 ? AGAIN : ""}${off.length > 0 ? OFF : ""}`;
    return {
      title: `Loss against training steps${of || each}${figure}`,
      caption: `${curveSentences(cells, sweep, options)}${endedSentence(found)}${below}${sentence}${paperSentence(curves)}`,
      ...stacked([
        headed(lossHeading(options), theme),
        ...groupParts(groups, { styles, theme, isLowest: lower.length === 0, y: lossAxis(groups.flat(), options) }),
        ...(lower.length > 0 ? lowerParts(lower, given) : []),
        ...(off.length > 0 ? offParts(off, modelsIn(lower), lastStep(panels), given) : []),
      ]),
    };
  },
});

const AGAIN = " Below, the curves that end in the lowest quarter of the frame again, on a logarithmic axis.";
const OFF = " Ours minus the paper's: from a tenth of the steps on (step 1,000 of the paper's axis), with our bands.";

function untitled({ title: _, ...panel }: CurvePanel): CurvePanel {
  return panel;
}

/** Share of the frame below which a curve ends that is drawn again. */
const LOW = 1 / 4;

/** The panels with the curves alone that end low in the frame; none if fewer than two models do. */
function lowerCurves(panels: readonly CurvePanel[]): CurvePanel[] {
  const all = panels.flatMap(({ curves }) => curves);
  const values = all.flatMap(({ points }) => framed(points, "linear").map(({ value }) => value));
  const frame = values.reduce((most, value) => Math.max(most, value), 0);
  const ends = (curve: Curve) => curve.points.at(-1)?.value ?? 0;
  const high = modelsIn([{ curves: all.filter((curve) => ends(curve) > LOW * frame) }]);
  const lower = panels.map((panel) => only(panel, (curve) => !high.includes(modelOf(curve))));
  return modelsIn(lower).length < 2 ? [] : lower.map(untitled);
}

function lowerParts(lower: readonly CurvePanel[], { theme }: FigureData<CurveRow>): Part[] {
  const axes = { last: lastStep(lower), y: lossAxis(lower, { scale: "log" }, SETTLED) };
  return [
    headed("The lower curves on a logarithmic axis", theme, { above: 5, below: 5 }),
    curveFacets(lower, { theme, height: 64, ...axes }),
  ];
}

/** The share of the steps from which differences are drawn: step 1,000 of the paper's axis. Before it losses fall steeply. */
const SETTLED = 0.1;

/** Ours minus the paper's, at the steps that both have, from `SETTLED` on: our interval is that of the difference. */
function offPaper({ curves, ...panel }: CurvePanel): CurvePanel {
  const off = curves.map(({ points, paper, ...curve }): Curve => {
    const last = points.at(-1)?.step ?? 0;
    const theirs = new Map(paper.map(({ step, loss }) => [step, loss]));
    const differences = points.flatMap((point) => {
      const loss = theirs.get(point.step);
      if (loss === undefined || point.step < SETTLED * last) return [];
      return [{ ...point, value: point.value - loss, low: point.low - loss, high: point.high - loss }];
    });
    return { ...curve, points: differences, paper: [], reading: "off" };
  });
  return { ...panel, curves: off.filter(({ points }) => points.length > 1) }; // a line
}

/** Ours minus the paper's: the models of the lower curves in a row of their own. */
function offParts(
  off: readonly CurvePanel[],
  low: readonly string[],
  last: number,
  { styles, theme }: FigureData<CurveRow>,
): Part[] {
  const rows = [false, true]
    .map((areLow) => off.map((panel) => only(panel, (curve) => low.includes(modelOf(curve)) === areLow)))
    .filter((row) => modelsIn(row).length > 0);
  const parts = rows.map((row, i) => {
    const options = { theme, last, y: signedAxis(row), height: 60, zero: true, isLowest: i === rows.length - 1 };
    return spaced(curveFacets(i === 0 ? row : row.map(untitled), options), { above: i > 0 ? 9 : 0 });
  });
  const key = modelKey(styles, { models: modelsIn(off) });
  return [headed("Ours minus the paper's", theme, { above: 4 }), keyed(key, theme, { below: 4 }), ...parts];
}
