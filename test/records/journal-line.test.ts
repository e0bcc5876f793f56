import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LossSet } from "../../src/config/losses.ts";
import { elapsedMsIn, headIn, lineOf, recordIn } from "../../src/records/journal-line.ts";
import { lossCurve, recordOf } from "../../src/records/record.ts";
import { runningMeans } from "../../src/records/running-mean.ts";
import { doneResult, failedResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const done = JSON.parse(lineOf(recordOf(doneResult(makeRun()), "fake")));
const failed = JSON.parse(lineOf(recordOf(failedResult(makeRun()), "fake")));

/** A line with a checksum that is right, whatever it says. */
function sealed(value: object): Buffer {
  const { crc: _, ...rest } = value as { crc?: string };
  return sealedText(JSON.stringify(rest).slice(0, -1));
}

function sealedText(text: string): Buffer {
  return Buffer.from(`${text},"crc":"${crc32(text).toString(16).padStart(8, "0")}"}`);
}

describe("recordIn(line), its checksum right,", () => {
  test("takes what was recorded", () => {
    expect(recordIn(sealed(done))).toMatchObject({ id: done.id, status: "done" });
    expect(recordIn(sealed(failed))).toMatchObject({ id: failed.id, status: "failed" });
  });

  test("reads the steps of each curve, also of one that shares some of the line before", () => {
    const stepsOf = (steps: number[]) => {
      const losses = steps.flatMap(() => [1, 2]);
      return recordIn(sealed({ ...done, curve: { steps, train: losses, heldout: losses } }))?.curve.steps;
    };
    expect(stepsOf([10, 20, 30])).toEqual([10, 20, 30]);
    expect(stepsOf([10, 25, 30])).toEqual([10, 25, 30]);
  });

  test.each(["1e999", "4e38", "Infinity", ""])("takes the loss '%s' for no record", (text) => {
    const { crc: _, ...rest } = done;
    const json = JSON.stringify({ ...rest, curve: { steps: [1], train: ["LOSS", 2], heldout: [3, 4] } }).slice(0, -1);
    expect(recordIn(sealedText(json.replace('"LOSS"', "-1.5e-3")))?.curve.train).toEqual(Float64Array.of(-0.0015, 2));
    expect(recordIn(sealedText(json.replace('"LOSS"', text)))).toBeUndefined();
  });

  const curve = done.curve;
  const wrong: [string, object][] = [
    ["text for a number", { ...done, run: "3" }],
    ["a number for text", { ...done, model: 7 }],
    ["another status", { ...done, status: "begun" }],
    ["null for a loss", { ...done, trainingSetLoss: [null, 0.1] }],
    ["a loss too few", { ...done, trainingSetLoss: [0.1] }],
    ["null in a curve", { ...done, curve: { ...curve, train: [null, ...curve.train.slice(1)] } }],
    ["text in a curve", { ...done, curve: { ...curve, heldout: ["1", ...curve.heldout.slice(1)] } }],
    ["a held-out curve too long", { ...done, curve: { ...curve, heldout: [...curve.heldout, 1] } }],
    ["a validation curve too short", { ...done, curve: { ...curve, validation: curve.train.slice(1) } }],
    ["means of batches too many", { ...done, curve: { ...curve, batches: [...curve.train, 1] } }],
    ["a curve too short", { ...done, curve: { ...curve, train: curve.train.slice(1) } }],
    ["steps too few", { ...done, curve: { ...curve, steps: curve.steps.slice(1) } }],
    ["no curve", { ...done, curve: undefined }],
    ["a curve of null", { ...done, curve: null }],
    ["a run that is done and has no losses", { ...done, curve: failed.curve }],
    ["two label correlations", { ...done, labelCorrelation: undefined, labelCorrelations: [0.1, 0.2] }],
    ["a measure of text", { ...done, measures: { entropy: "high" } }],
    ["text among a measure's numbers", { ...done, measures: { rmse: [null, "1"] } }],
    ["a negative count", { ...done, batch: -1 }],
    ["no JSON object", [1]],
  ];
  test.each(wrong)("takes %s for no record", (_, value) => {
    expect(recordIn(sealed(value))).toBeUndefined();
  });

  test("takes what is no JSON for no record", () => {
    const text = '{"id":"a","status":"done"';
    const line = Buffer.from(`${text}}},"crc":"${crc32(`${text}}}`).toString(16).padStart(8, "0")}"}`);
    expect([recordIn(line), elapsedMsIn(line)]).toEqual([undefined, undefined]);
  });

  test("a line of any keys is a record without a NaN, or none, never a crash", () => {
    const change = fc.dictionary(fc.constantFrom(...Object.keys(done)), fc.jsonValue(), { maxKeys: 2 });
    fc.assert(
      fc.property(change, (changes) => {
        const line = sealed({ ...done, ...changes });
        const record = recordIn(line);
        headIn(line);
        elapsedMsIn(line);
        if (record === undefined) return;
        for (const loss of [
          ...record.curve.train,
          ...record.curve.heldout,
          record.elapsedMs,
          ...(record.trainingSetLoss ?? []),
        ])
          expect(loss).not.toBeNaN();
      }),
    );
  });
});

const ended = recordOf(doneResult(makeRun()), "fake");
const steps = [2, 4, 5];
const curve = { steps, train: Float64Array.of(3, 9, 1, 3, 7, 1), heldout: Float64Array.of(8, 6, 4, 2, 7, 5) };

test.each<[LossSet, number[]]>([
  ["train", [6, 2, 4]],
  ["heldout", [7, 3, 6]],
  ["running", [6, 4, 4]],
])("lossCurve(record, '%s') is the mean over tasks at each evaluation", (set, expected) => {
  expect([...lossCurve({ ...ended, curve }, set)]).toEqual(expected);
});

test("lossCurve(record, set) of a run that failed before its first evaluation has no points", () => {
  const record = { ...ended, curve: { steps: [], train: new Float64Array(), heldout: new Float64Array() } };
  expect(["train", "running"].map((set) => lossCurve(record, set as LossSet).length)).toEqual([0, 0]);
});

test("runningMeans(curve) counts a mean as often as it has steps, where evaluations are not evenly spaced", () => {
  const curve = { steps: [1, 10, 100], train: Float64Array.of(8, 1, 3, 2, 1, 4) }; // 1, 9 and 90 steps
  expect([...runningMeans(curve)]).toEqual([8, 1, 3.5, 1.9, 1.25, 3.79]);
});
