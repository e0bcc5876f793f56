import { type Ladder, ladderLosses } from "../data/ladder-loss.ts";
import { memo } from "../memo.ts";
import { type Config, generatorOf } from "./config.ts";
import { lossUnitOf } from "./loss-unit-of.ts";

/** The same for every task, model and correlation. Throws RangeError for rows of the user's own: nobody knows their formula. */
export const ladderOf = memo((config: Config): Ladder => {
  const { loss, huberDelta } = config;
  const rungs = ladderLosses(generatorOf(config), loss === "huber" ? huberDelta : null);
  return { rungs, ofMean: lossUnitOf(config).ofMean as number };
});
