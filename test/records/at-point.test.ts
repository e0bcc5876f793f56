import { describe, expect, test } from "vitest";
import { choiceIn, resultsAt, severalPoints } from "../../src/records/at-point.ts";
import { cellLosses } from "../../src/records/cell-losses.ts";
import { madeResults } from "../support/made-results.ts";

const SET = ["runs=2", "models=omoe,mmoe", "correlations=0.5", "lr=0.001,0.01", "trainRows=500,fresh"];
const lossOf = ({ training }: { training: { lr: number; trainRows: number | "fresh" } }) =>
  training.lr + (training.trainRows === "fresh" ? 1 : 0);
const results = madeResults(lossOf, SET);

describe("choiceIn(texts, results, flag)", () => {
  test("reads values that the sweep has, several by commas or one by one", () => {
    expect(choiceIn(["lr=0.01, trainRows=fresh"], results, "--at")).toEqual({ lr: 0.01, trainRows: "fresh" });
    expect(choiceIn(["lr=1e-3", "trainRows=500"], results, "--at")).toEqual({ lr: 0.001, trainRows: 500 });
    expect(choiceIn([], results, "--at")).toEqual({});
  });

  test("takes the one value of a setting that is no list", () => {
    expect(choiceIn(["batch=256"], results, "--at")).toEqual({ batch: 256 });
  });

  test.each([
    ["lr", "--at: expected setting=value, such as lr=0.01, got 'lr'"],
    ["", "--at: expected setting=value, such as lr=0.01, got ''"],
    ["lrr=0.01", "--at: unknown setting 'lrr'; did you mean 'lr'?"],
    ["seed=0", /^--at: unknown setting 'seed'; settings: trainRows, /],
    ["lr=0.02", "--at: results/made has the lr 0.001, 0.01, not 0.02; give one that it has"],
    ["batch=64", "--at: results/made has the batch 256, not 64; give one that it has"],
    ["lr=0.01,lr=0.001", "--at: lr is given twice; give it once"],
  ])("refuses '%s' in a line", (text, message) => {
    expect(() => choiceIn([text], results, "--at")).toThrow(message);
  });
});

describe("resultsAt(results, choice)", () => {
  test("are those of the sweep with one value, but for the runs' ids", () => {
    const at = resultsAt(results, { lr: 0.01, trainRows: "fresh" });
    const alone = madeResults(lossOf, [...SET, "lr=0.01", "trainRows=fresh"]);
    expect(at.at).toEqual({ lr: 0.01, trainRows: "fresh" });
    expect({ ...at.config, origins: {} }).toEqual({ ...alone.config, origins: {} });
    expect(at.records.map(({ id: _, ...record }) => record)).toEqual(
      alone.records.map(({ id: _, ...record }) => record),
    );
    expect(at.records[0]?.id).toBe("omoe/p=0.50/trainRows=fresh/lr=0.01/000");
  });

  test("keep the other listed settings as lists", () => {
    const at = resultsAt(results, { lr: 0.01 });
    expect(at.config.trainRows).toEqual([500, "fresh"]);
    expect(cellLosses(at, "train").map(({ point }) => point.trainRows)).toEqual([500, "fresh", 500, "fresh"]);
    expect(at.records.every(({ lr, point }) => lr === 0.01 && !("lr" in point))).toBe(true);
    expect(severalPoints(at)).toEqual({
      why: "there are several points (trainRows: 500, fresh)",
      choice: "trainRows=500",
      text: "there are several points (trainRows: 500, fresh); choose one, such as --at trainRows=500",
    });
  });

  test("are all results at a value that every run has, and without a choice", () => {
    expect(resultsAt(results, { batch: 256 }).records).toEqual(results.records);
    expect(resultsAt(results, {})).toBe(results);
    expect(severalPoints(resultsAt(results, { lr: 0.01, trainRows: 500 }))).toBeUndefined();
  });
});
