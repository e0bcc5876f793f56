import { expect, test } from "vitest";
import { loadConfig, override } from "../../src/config/load.ts";
import { lossUnitOf } from "../../src/config/loss-unit-of.ts";
import { meanText, unitText } from "../../src/config/losses.ts";

/** The unit of the paper preset's losses with other settings. */
function unitOf(changes: Readonly<Record<string, string>>) {
  const overrides = Object.entries(changes).map(([key, value]) => override(key, key, value));
  return lossUnitOf(loadConfig("fixed-rows", overrides));
}

test.each([
  [{}, "mean squared error, in units of label variance", "predicting the mean is 1"],
  [{ labels: "raw" }, "mean squared error, of raw labels", "predicting the mean is 2.89"],
  [{ loss: "huber", labels: "raw" }, "mean Huber loss (delta 1), of raw labels", "predicting the mean is 0.924"],
  [
    { loss: "huber", huberDelta: "0.5" },
    "mean Huber loss (delta 0.5), of standardised labels",
    "predicting the mean is 0.288",
  ],
])("the losses of %j are a %s; %s", (changes, unit, mean) => {
  const made = unitOf(changes);
  expect([unitText(made), meanText(made)]).toEqual([unit, mean]);
});
