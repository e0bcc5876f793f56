import { meanLoss } from "../data/mean-loss.ts";
import { type Config, generatorOf } from "./config.ts";

/** What the losses of a sweep are, wherever they are shown. */
export interface LossUnit {
  /** `mean squared error`. */
  readonly measure: string;
  /** `in units of label variance`. */
  readonly of: string;
  /** The loss of predicting the labels' mean. */
  readonly ofMean: number;
}

export const LABEL_VARIANCE: LossUnit = { measure: "mean squared error", of: "in units of label variance", ofMean: 1 };

/** The unit of a sweep's losses: they are in that of the loss that is trained on. */
export function lossUnitOf(config: Pick<Config, "data" | "labels" | "loss" | "huberDelta">): LossUnit {
  const { labels, loss, huberDelta } = config;
  if (loss === "squared" && labels === "standardised") return LABEL_VARIANCE;
  return {
    measure: loss === "huber" ? `mean Huber loss (delta ${huberDelta})` : "mean squared error",
    of: `of ${labels} labels`,
    ofMean: meanLoss(generatorOf(config), loss === "huber" ? huberDelta : null),
  };
}

/** `mean squared error, in units of label variance`. */
export function unitText({ measure, of }: LossUnit): string {
  return `${measure}, ${of}`;
}

/** `predicting the mean is 1`. */
export function meanText({ ofMean }: LossUnit): string {
  return `predicting the mean is ${Number(ofMean.toPrecision(3))}`;
}
