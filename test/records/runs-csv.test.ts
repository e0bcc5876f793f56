import { expect, test } from "vitest";
import type { RunRecord } from "../../src/records/record.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";

const DONE: RunRecord = {
  id: "mmoe/p=0.90/momentum=0.5/017",
  model: "mmoe",
  correlation: 0.9,
  point: { momentum: 0.5, lr: 0.003 },
  run: 17,
  seed: 6,
  lr: 0.003,
  steps: 12,
  batch: 7,
  status: "done",
  reason: "",
  curve: {
    steps: [4, 8, 12],
    train: Float64Array.of(0.5, 0.75, 0.25, 0.875, 0.375, 0.125),
    heldout: Float64Array.of(0.123456789, 1.23456789e-7, 0.3, 0.7, 123456.789, 0.00987654321),
  },
  trainingSetLoss: [0.987654321, 0.111111111],
  labelCorrelations: [0.8765432109876543],
  parameters: 18_426,
  elapsedMs: 1234.56789,
  engine: "cpu",
  device: "avx2",
  measures: { auc: [0.876543219, 0.5], validationLoss: 0.123456787, gateWeight: [0.25, 0.75, 0.625, 0.375] },
};
const FAILED: RunRecord = {
  ...DONE,
  id: "omoe/p=0.90/momentum=0.5/018",
  model: "omoe",
  run: 18,
  status: "failed",
  reason: 'loss is NaN at step 2, "so"',
  curve: { steps: [4], train: Float64Array.of(0.5, 0.75), heldout: Float64Array.of(0.25, 0.625) },
  trainingSetLoss: null,
  labelCorrelations: [Number.NaN],
  measures: {},
};

/** What a reader of runs.csv finds, in the file's order: by hand from the records above. */
const EXPECTED = [
  ["id", "mmoe/p=0.90/momentum=0.5/017", "omoe/p=0.90/momentum=0.5/018"],
  ["model", "mmoe", "omoe"],
  ["correlation", "0.9", "0.9"],
  ["run", "17", "18"],
  ["lr", "0.003", "0.003"],
  ["steps", "12", "12"],
  ["batch", "7", "7"],
  ["momentum", "0.5", "0.5"],
  ["status", "done", "failed"],
  ["reason", "", '"loss is NaN at step 2, ""so"""'],
  ["finalTrainLoss1", "0.987654321", ""],
  ["finalTrainLoss2", "0.111111111", ""],
  ["finalTrainLossMean", "0.549382716", ""],
  ["lowestTrainLoss1", "0.25", "0.5"],
  ["lowestTrainLoss2", "0.111111111", "0.75"],
  ["lowestTrainLossMean", "0.25", "0.625"],
  ["finalHeldoutLoss1", "123456.789", ""],
  ["finalHeldoutLoss2", "0.00987654321", ""],
  ["finalHeldoutLossMean", "61728.399438271605", ""],
  ["lowestHeldoutLoss1", "0.123456789", "0.25"],
  ["lowestHeldoutLoss2", "1.23456789e-7", "0.625"],
  ["lowestHeldoutLossMean", "0.0617284562283945", "0.4375"],
  ["finalRunningLoss1", "0.375", ""],
  ["finalRunningLoss2", "0.5833333333333334", ""],
  ["finalRunningLossMean", "0.4791666666666667", ""],
  ["labelCorrelation", "0.8765432109876543", ""],
  ["parameters", "18426", "18426"],
  ["elapsedMs", "1234.56789", "1234.56789"],
  ["engine", "cpu", "cpu"],
  ["device", "avx2", "avx2"],
  ["seed", "6", "6"],
  ["dataStream", "mmoe/seed=6/run=17", "mmoe/seed=6/run=18"],
  ["initStream", "mmoe/seed=6/run=17/model=mmoe", "mmoe/seed=6/run=18/model=omoe"],
  ["gateWeight1-1", "0.25", ""],
  ["gateWeight1-2", "0.75", ""],
  ["gateWeight2-1", "0.625", ""],
  ["gateWeight2-2", "0.375", ""],
  ["validationLoss", "0.123456787", ""],
  ["auc1", "0.876543219", ""],
  ["auc2", "0.5", ""],
  ["aucMean", "0.6882716095", ""],
  ["label1", "y_rich", "y_rich"],
  ["label2", "y_young", "y_young"],
];

test("runsCsv(records, labels) is, to the last digit and comma, what is known of two runs", () => {
  const csv = [...runsCsv([DONE, FAILED], ["y_rich", "y_young"])].join("");
  expect(csv).toBe([0, 1, 2].map((row) => `${EXPECTED.map((column) => column[row]).join(",")}\n`).join(""));
});
