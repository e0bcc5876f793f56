import { describe, expect, test } from "vitest";
import { ladderOf } from "../../src/config/loss-unit-of.ts";
import type { RunRecord } from "../../src/records/record.ts";
import { rungsOf } from "../../src/summary/rungs.ts";
import { summaryCsv, summaryOf } from "../../src/summary/summary.ts";
import { csvRows } from "../support/csv.ts";
import { madeResults } from "../support/made-results.ts";

const SET = ["data=four-sines", "models=[mmoe, omoe]", "correlations=[0.5]", "runs=5"];
const made = madeResults(({ model, index }) => (model.name === "omoe" && index > 1 ? "failed" : 0.1), SET);
const { rungs } = ladderOf(made.config);
/** Tasks of mmoe's runs, each on a rung or above; omoe's are all on the lowest. */
const ON = ["00", "13", "13", "42", "05"].map((both) => [...both].map(Number));
const records = made.records.map((record): RunRecord => {
  const on = record.model === "mmoe" ? ON[record.run] : [0, 0];
  return record.status === "done" ? { ...record, trainingSetLoss: on.map((rung) => rungs[rung] ?? 1.2) } : record;
});
const results = { ...made, records };

describe("rungsOf(results, loss, bad)", () => {
  const found = rungsOf(results, "train", 1 / 6);
  const [mmoe, omoe] = found?.cells ?? [];

  test("counts the runs of which a task ends on each rung, and names bad minima by what their tasks lack", () => {
    expect(mmoe?.tasks.map((counts) => counts.join(" "))).toEqual(["2 2 0 0 1 0", "1 0 1 2 0 1"]);
    expect(omoe).toMatchObject({ runs: 2, bad: [] });
    expect(omoe?.tasks.map((counts) => counts.join(" "))).toEqual(["2 0 0 0 0 0", "2 0 0 0 0 0"]);
    expect(mmoe?.bad).toEqual([
      { name: "task 1 on rung 1 (lacks the fastest sine), task 2 on rung 3 (lacks the 3 fastest sines)", runs: 2 },
      { name: "task 1 on rung 4 (lacks all 4 sines), task 2 on rung 2 (lacks the 2 fastest sines)", runs: 1 },
      { name: "task 2 above the ladder (no better than the mean)", runs: 1 },
    ]);
    expect(rungsOf(results, "train", 0.2)?.cells[0]?.bad[0]?.name).toBe("task 2 on rung 3 (lacks the 3 fastest sines)");
  });

  test("calls a run bad by the mean of its tasks, though one of them alone is above", () => {
    const one = made.records.filter(({ model, run }) => model === "mmoe" && run === 0);
    const ending = (tasks: number[]) => {
      const records = one.map(
        (record): RunRecord => ({ ...(record as RunRecord & { status: "done" }), trainingSetLoss: tasks }),
      );
      return rungsOf({ ...made, records }, "train", 1 / 6)?.cells[0]?.bad.length;
    };
    expect([ending([0.02, 0.3]), ending([0.04, 0.3])]).toEqual([0, 1]); // means of .16 and .17
  });

  test("is undefined for a running mean, which says when a run learned", () => {
    expect(rungsOf(results, "running", 1 / 6)).toBeUndefined();
    expect(summaryOf(results, "running").rungs).toBeNull();
    expect(summaryCsv(summaryOf(results, "running"))).not.toContain(",rung,");
  });

  test("is in the summary's CSV as shares with Wilson's interval", () => {
    const rows = csvRows(summaryCsv(summaryOf(results, "train")));
    const rung = rows.filter(({ about }) => about === "rung");
    expect(rung).toHaveLength(2 * 2 * 6);
    expect(rung.find(({ statistic }) => statistic === "task2Rung3Share")).toMatchObject({
      model: "mmoe",
      n: "5",
      value: "0.4",
    });
    expect(rung.find(({ statistic }) => statistic === "task2AboveShare")).toMatchObject({ value: "0.2" });
  });
});
