import type { Results } from "../records/read-results.ts";
import { finalLosses } from "../records/record.ts";
import { mean } from "../stats/moments.ts";

/** From this ratio of held-out to training loss on, models are said to have memorised. */
const MANY = 5;

/** Says that models have memorised the training rows of a table, if losses on held-out rows are many times those; else empty. */
export function memorisedText({ config, records }: Pick<Results, "config" | "records">): string {
  if (config.rows === null) return "";
  const meanOf = (set: "train" | "heldout") => mean(records.flatMap((record) => finalLosses(record, set)?.mean ?? []));
  const ratio = meanOf("heldout") / meanOf("train");
  if (!(ratio >= MANY)) return "";
  return `loss on held-out rows is ${ratio < 100 ? ratio.toFixed(0) : "over 100"} times that on training rows: the models have memorised these`;
}
