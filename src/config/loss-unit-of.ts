import { lossOfMean } from "../data/mean-loss.ts";
import { type Config, generatorOf } from "./config.ts";
import { LABEL_VARIANCE, type LossUnit } from "./loss-unit.ts";

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
  if (rows === null) return lossOfMean(generatorOf(config), loss === "huber" ? huberDelta : null);
  return loss === "huber" ? null : rows.labelVariances.reduce((sum, one) => sum + one, 0) / rows.labelVariances.length;
}
