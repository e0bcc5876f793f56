import { describe, expect, test } from "vitest";
import { varianceCsv, variancesOf } from "../../src/summary/variance.ts";
import { csvRows } from "../support/csv.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const SET = ["models=[omoe, mmoe]", "correlations=[0.5]", "cross={data: 6, initial: 5}"];
const OPTIONS = { loss: "train", of: "loss", bad: 1 / 6 } as const;
/** omoe's loss is of its data alone, mmoe's of its initial values. */
const ofOne: LossOf = ({ model, cross }) => {
  const { data, initial } = cross as { data: number; initial: number };
  return model.name === "omoe" ? 0.1 * (1 + data) : 0.1 * 2 ** initial;
};
const crossed = (lossOf: LossOf) => madeResults(lossOf, SET);

describe("variancesOf(results, options)", () => {
  const [omoe, mmoe] = variancesOf(crossed(ofOne), OPTIONS);

  test("tells variance of data from that of initial values", () => {
    expect(omoe).toMatchObject({ model: "omoe", data: 6, initial: 5 });
    expect(omoe?.mean).toBeCloseTo(0.35, 12);
    expect(omoe?.variance.rows.value).toBeCloseTo(0.01 * 3.5, 12); // of .1, .2, ... .6
    expect([omoe?.share.rows.value, omoe?.share.columns.value].map((share) => share?.toFixed(9))).toEqual([
      "1.000000000",
      "0.000000000",
    ]);
    expect(mmoe?.share.columns.value).toBeCloseTo(1, 9);
  });

  test("takes logarithms, or bad minima, in place of losses", () => {
    const log = variancesOf(crossed(ofOne), { ...OPTIONS, of: "log" })[1];
    expect(log?.variance.columns.value).toBeCloseTo(2.5 * Math.LN2 ** 2, 9); // of 0, ln 2, ... 4 ln 2
    const bad = variancesOf(crossed(ofOne), { ...OPTIONS, of: "bad" })[0];
    expect(bad?.mean).toBeCloseTo(5 / 6, 12); // only the first data seed ends below 1/6
  });

  test("leaves out the data or the initial values with a gap, whichever loses fewer runs", () => {
    const gaps: LossOf = (run) => {
      const { data, initial } = run.cross as { data: number; initial: number };
      if (run.model.name === "mmoe" && initial === 2 && data > 3) return "failed";
      if (run.model.name === "omoe" && data === 4 && initial === 1) return "missing";
      return ofOne(run);
    };
    const [first, second] = variancesOf(crossed(gaps), OPTIONS);
    expect(first).toMatchObject({ data: 5, initial: 5 });
    expect(second).toMatchObject({ data: 6, initial: 4 });
  });

  test("has two rows for each component as CSV", () => {
    const rows = csvRows(varianceCsv([omoe as never], OPTIONS));
    const names = rows.map(({ statistic, component }) => `${statistic} ${component}`);
    expect(names).toEqual(
      ["variance", "share"].flatMap((of) => ["data", "initial", "rest"].map((part) => `${of} ${part}`)),
    );
    const cell = { loss: "train", of: "loss", model: "omoe", correlation: "0.5", data: "6", initial: "5" };
    expect(rows[0]).toMatchObject(cell);
    expect(Number(rows[0]?.value)).toBeCloseTo(0.035, 12);
  });
});
