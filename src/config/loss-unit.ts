import { meanLoss } from "../data/mean-loss.ts";
import { type Config, generatorOf } from "./config.ts";

/** What the losses of a sweep are, wherever they are shown. */
export interface LossUnit {
  /** `mean squared error`. */
  readonly measure: string;
  /** `in units of label variance`. */
  readonly of: string;
  /** The loss of predicting the labels' mean; null if it is not known. */
  readonly ofMean: number | null;
}

export const LABEL_VARIANCE: LossUnit = { measure: "mean squared error", of: "in units of label variance", ofMean: 1 };

/** The unit of a sweep's losses: they are in that of the loss that is trained on. */
export function lossUnitOf(config: Pick<Config, "data" | "rows" | "labels" | "loss" | "huberDelta">): LossUnit {
  const { labels, loss, huberDelta } = config;
  if (loss === "squared" && labels === "standardised") return LABEL_VARIANCE;
  return {
    measure: loss === "huber" ? `mean Huber loss (delta ${huberDelta})` : "mean squared error",
    of: `of ${labels} labels`,
    ofMean: ofMeanOf(config),
  };
}

/** Of rows of the user's own: of the squared error, the mean variance of the labels over all rows. */
function ofMeanOf(config: Parameters<typeof lossUnitOf>[0]): number | null {
  const { rows, loss, huberDelta } = config;
  if (rows === null) return meanLoss(generatorOf(config), loss === "huber" ? huberDelta : null);
  return loss === "huber" ? null : rows.labelVariances.reduce((sum, one) => sum + one, 0) / rows.labelVariances.length;
}

/** `mean squared error, in units of label variance`. */
export function unitText({ measure, of }: LossUnit): string {
  return `${measure}, ${of}`;
}

/** `predicting the mean is 1`; empty if that is not known. */
export function meanText({ ofMean }: LossUnit): string {
  return ofMean === null ? "" : `predicting the mean is ${Number(ofMean.toPrecision(3))}`;
}
