import { eachLoss, LOSS_SETS, type LossSet, unitText } from "../../config/losses.ts";
import { LOSS_WORDS } from "../../records/words.ts";
import { bandsSentence, type CurveRow } from "./cell-curves.ts";
import { type GridDrawing, stepCells } from "./cell-grid.ts";
import { curveBand, curveLine, type DrawnCurve } from "./curve-panels.ts";
import type { CellRows } from "./facts.ts";
import type { Draw, Given } from "./figure.ts";
import { legend } from "./legend.ts";
import { framed } from "./scale.ts";
import { lossStyles } from "./style.ts";
import { heading } from "./svg.ts";
import { capitalised, endedSentence, ofOneModel, tasksWords } from "./words.ts";

/** Mean training and held-out loss, and the running mean, against steps in one frame: a panel for each cell. */
export const trainHeldout: Draw<CurveRow> = (given) => {
  const { rows, found } = given;
  if (found.length === 0) return { lacking: "no run is done" };
  const sets = LOSS_SETS.filter((set) => rows.some(({ loss }) => loss === set));
  return {
    title: `Training against held-out loss${ofOneModel(given.cells)}`,
    caption: `${captionStart(given, sets)}${endedSentence(found)}`,
    ...drawing(given, sets),
  };
};

function drawing({ found, options, theme }: Given<CurveRow>, sets: readonly LossSet[]): GridDrawing {
  const { scale, unit } = options;
  const styles = lossStyles(theme);
  const head = heading(`Mean loss: ${unitText(unit)}`, { y: 0, theme });
  const items = sets.map((set) => ({ label: LOSS_WORDS[set].short, style: styles[set] }));
  const key = legend(items, { y: head.height + 8, theme });
  const curvesOf = ({ rows }: CellRows<CurveRow>) =>
    sets.map((loss): DrawnCurve => {
      const attributes = { "data-name": LOSS_WORDS[loss].short, "data-loss": loss }; // the panel has the cell's
      const points = rows.filter((row) => row.loss === loss);
      return { style: styles[loss], attributes, points, paper: [] };
    });
  const values = found.flatMap((one) =>
    curvesOf(one).flatMap(({ points }) => framed(points, scale).flatMap(({ value, low, high }) => [value, low, high])),
  );
  const above = { nodes: [...head.nodes, key.node], height: head.height + key.height };
  return stepCells(found, { above, values, options, theme }, (one, frame) => {
    const curves = curvesOf(one);
    return [
      ...curves.map((curve) => curveBand(curve, curve.points, frame)),
      ...curves.map((curve) => curveLine(curve, curve.points, frame, theme)),
    ];
  });
}

const OF = eachLoss((set) => `${LOSS_WORDS[set].short}: ${LOSS_WORDS[set].atStep}`);

function captionStart({ cells, sweep, options: { scale, unit } }: Given<CurveRow>, sets: readonly LossSet[]): string {
  return (
    `Mean loss of ${tasksWords(sweep)} against training steps (${unitText(unit)}), on one scale. ` +
    `${capitalised(sets.map((set) => OF[set]).join("; "))}. ${bandsSentence(cells, "mean")}` +
    `${scale === "linear" ? " The first steps may lie above the frame." : ""}`
  );
}
