import { eachLoss, LOSS_SETS, unitText } from "../../config/losses.ts";
import { LOSS_WORDS } from "../../records/words.ts";
import { endsOf } from "../../stats/estimate.ts";
import { cellFacets, chart } from "../draw/chart.ts";
import {
  aboveSentence,
  bandsSentence,
  type Curve,
  type CurveRow,
  cellRows,
  curveBand,
  curveLine,
  stepAxis,
} from "../draw/curves.ts";
import { framed, lossScale } from "../draw/scale.ts";
import { lossStyles } from "../draw/style.ts";
import { figure } from "../draw/sweep-figure.ts";
import { capitalised, endedSentence, ofOneModel, tasksWords } from "../draw/words.ts";

const WORDS = eachLoss((set) => `${LOSS_WORDS[set].short}: ${LOSS_WORDS[set].atStep}`);

/** Mean training and held-out loss, and the running mean, against steps in one frame: a panel for each cell. */
export const trainHeldout = figure<CurveRow>({
  name: "train-heldout",
  about: "training, held-out and running loss against steps in one frame, a panel for each cell",
  supports: ["scale", "xLimits", "yLimits"],
  rows: (recorded) => {
    const cells = recorded.cells.map((cell) =>
      eachLoss((loss) => cellRows(recorded, cell, { loss, statistic: "mean" })),
    );
    // a running mean of a single evaluation is its training loss
    const isDistinct = cells.some(({ running, train }) => running.some(({ value }, i) => value !== train[i]?.value));
    return cells.flatMap(({ train, heldout, running }) => [...train, ...heldout, ...(isDistinct ? running : [])]);
  },
  draw: ({ rows, found, cells, sweep, options, theme }) => {
    if (found.length === 0) return { lacking: "no run is done" };
    const { scale, unit } = options;
    const sets = LOSS_SETS.filter((set) => rows.some(({ loss }) => loss === set));
    const styles = lossStyles(theme);
    const all = found.map(({ cell, rows }) => {
      const curves = sets.map((loss): Curve => {
        const attributes = { "data-name": LOSS_WORDS[loss].short, "data-loss": loss }; // the panel has the cell's
        return { style: styles[loss], attributes, points: rows.filter((row) => row.loss === loss), paper: [] };
      });
      return { cell, curves };
    });
    const values = all.flatMap(({ curves }) => curves.flatMap(({ points }) => endsOf(framed(points, scale))));
    const { leftOut, ...panels } = cellFacets(all);
    return {
      title: `Training against held-out loss${ofOneModel(cells)}`,
      caption:
        `Mean loss of ${tasksWords(sweep)} against training steps (${unitText(unit)}), on one scale. ` +
        `${capitalised(sets.map((set) => WORDS[set]).join("; "))}. ${bandsSentence(cells, "mean")}` +
        `${aboveSentence(scale)}${endedSentence(found)}${leftOut}`,
      ...chart({
        ...panels,
        heading: `Mean loss: ${unitText(unit)}`,
        key: sets.map((set) => ({ label: LOSS_WORDS[set].short, style: styles[set] })),
        theme,
        ...stepAxis(found, theme),
        y: (range) => lossScale(values, options, range),
        marks: ({ curves }, frame) => [
          ...curves.map((curve) => curveBand(curve, frame)),
          ...curves.map((curve) => curveLine(curve, frame, theme)),
        ],
      }),
    };
  },
});
