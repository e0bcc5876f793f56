import { unitText } from "../config/loss-unit.ts";
import { LOSS_WORDS } from "../records/loss-words.ts";
import type { Results } from "../records/read-results.ts";
import { eachLoss, LOSS_SETS, type LossSet } from "../records/record.ts";
import { bandsSentence, curveRows } from "./cell-curves.ts";
import type { GridDrawing } from "./cell-grid.ts";
import { cellCurve } from "./curve-points.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { legend } from "./legend.ts";
import { framed, heading } from "./loss-axis.ts";
import { page } from "./page.ts";
import { ofOneModel } from "./shown.ts";
import { stepCells } from "./step-cells.ts";
import { curveBand, curveLine, type DrawnCurve } from "./step-panels.ts";
import { lossStyles } from "./style.ts";
import { modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, runsSentence, tasksWords } from "./words.ts";

const NAME = "train-heldout";

/** Mean training and held-out loss, and the running mean, against steps in one frame: a panel for each cell. */
export function trainHeldout(results: Results, given: FigureOptions): Figure | Lacking {
  const options = { ...given, statistic: "mean" } as const;
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const theme = themeOf(options.theme);
  const sets = setsOf(cells, options);
  const { nodes, leftOut, ...size } = drawing(cells, sets, options, theme);
  return page(
    {
      name: NAME,
      title: `Training against held-out loss${ofOneModel(modelsOf(cells))}`,
      caption: `${captionStart(cells, sets, options)}${leftOut} ${runsSentence(cells, results)}`,
      ...size,
      theme,
      data: cells.flatMap((cell) =>
        sets.flatMap((loss) => {
          const of = { ...options, loss, paper: false };
          return curveRows(cell, { points: cellCurve(cell, of), paper: [] }, of);
        }),
      ),
    },
    nodes,
  );
}

/** All losses, but not a running mean that is the training loss everywhere, as that of a single evaluation is. */
function setsOf(cells: readonly SweepCell[], { statistic }: FigureOptions): LossSet[] {
  const distinct = cells.some((cell) => {
    const training = cellCurve(cell, { loss: "train", statistic });
    return cellCurve(cell, { loss: "running", statistic }).some(({ value }, i) => value !== training[i]?.value);
  });
  return LOSS_SETS.filter((set) => set !== "running" || distinct);
}

function drawing(
  cells: readonly SweepCell[],
  sets: readonly LossSet[],
  { statistic, scale, unit }: FigureOptions,
  theme: Theme,
): GridDrawing {
  const styles = lossStyles(theme);
  const head = heading(`${capitalised(statistic)} loss: ${unitText(unit)}`, { y: 0, theme });
  const items = sets.map((set) => ({ label: LOSS_WORDS[set].short, style: styles[set] }));
  const key = legend(items, { y: head.height + 8, theme });
  const curvesOf = (cell: SweepCell) =>
    sets.map((loss): DrawnCurve => {
      const attributes = { "data-name": LOSS_WORDS[loss].short }; // the panel has the cell's
      return { style: styles[loss], attributes, points: cellCurve(cell, { loss, statistic }), paper: [] };
    });
  const values = cells.flatMap((cell) =>
    curvesOf(cell).flatMap(({ points }) => framed(points, scale).flatMap(({ value, low, high }) => [value, low, high])),
  );
  const place = { top: head.height + key.height, values, scale, theme };
  const { nodes, ...size } = stepCells(cells, place, (cell, frame) => {
    const curves = curvesOf(cell);
    return [
      ...curves.map((curve) => curveBand(curve, curve.points, frame)),
      ...curves.map((curve) => curveLine(curve, curve.points, frame, theme)),
    ];
  });
  return { nodes: [...head.nodes, key.node, ...nodes], ...size };
}

const OF = eachLoss((set) => `${LOSS_WORDS[set].short}: ${LOSS_WORDS[set].atStep}`);

function captionStart(
  cells: readonly SweepCell[],
  sets: readonly LossSet[],
  { statistic, scale, unit }: FigureOptions,
): string {
  return (
    `${capitalised(statistic)} loss of ${tasksWords(cells)} against training steps (${unitText(unit)}), on one scale. ` +
    `${capitalised(sets.map((set) => OF[set]).join("; "))}. ${bandsSentence(cells, statistic)}` +
    `${scale === "linear" ? " The first steps may lie above the frame." : ""}`
  );
}
