import { describe, expect, test } from "vitest";
import { aucTable } from "../../src/census/auc-tables.ts";
import { studyConfig } from "../../src/census/study.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import type { Results } from "../../src/records/read-results.ts";
import type { RunRecord } from "../../src/records/record.ts";

/** Results of these AUCs, of the main task and of the other, for each run of a model. */
function resultsOf(
  labels: readonly string[],
  aucs: Readonly<Record<string, readonly (readonly number[])[]>>,
  split?: "run",
): Results {
  const models = Object.keys(aucs);
  const config = loadConfig("smoke", [setOverride(`models=${models.join()}`)]);
  const records = models.flatMap((model) =>
    (aucs[model] ?? []).map((auc, run) => ({
      model,
      run,
      correlation: null,
      point: {},
      status: auc.length > 0 ? "done" : "failed",
      measures: { auc },
    })),
  ) as unknown as RunRecord[];
  const rows = { labels: [...labels], file: "/some/group.parquet", split } as unknown as Results["config"]["rows"];
  const sizes = { heldoutRows: 20, trainRows: 100, validation: 0.2 };
  return {
    path: "results/some",
    config: { ...config, ...sizes, correlations: null, rows },
    at: {},
    records,
    provenances: [],
  };
}

describe("aucTable(results)", () => {
  const mmoe = [[0.81, 0.95], [0.87, 0.92], [], [0.84, 0.98]];
  const { group, rows } = aucTable(resultsOf(["y_college", "y_never_married"], { mmoe, cgc: [[0.5, 0.6]], omoe: [] }));

  test("takes the other task's AUC from the best run of the main task, and means over the runs that are done", () => {
    expect(group).toBe(2);
    expect(rows[0]).toMatchObject({ model: "mmoe", runs: 3, best: [0.87, 0.92] });
    expect(rows[0]?.mean?.map(({ value }) => value)).toEqual([expect.closeTo(0.84, 12), expect.closeTo(0.95, 12)]);
  });

  test("has the paper's Table 2 beside it, and nothing for a model that the paper does not have", () => {
    expect(rows.map(({ paper }) => paper?.best)).toEqual([[0.886, 0.9932], undefined, [0.8852, 0.9915]]);
    expect(rows.map(({ paper }) => paper?.mean)).toEqual([[0.8826, 0.9924], undefined, [0.8813, 0.9912]]);
  });

  test("has no AUC of a model without a run that is done", () => {
    expect(rows[2]).toMatchObject({ model: "omoe", runs: 0, best: undefined, mean: undefined });
  });

  test("has the paper's Table 1 where the main task is income", () => {
    const [first] = aucTable(resultsOf(["y_income", "y_never_married"], { "tensor-factorization": [[0.7, 0.8]] })).rows;
    expect(first?.paper).toMatchObject({ best: [0.746, 0.8175], mean: [0.6765, 0.8412] });
  });

  test("has nothing of the paper's beside rows of some ages", () => {
    const results = resultsOf(["y_income", "y_never_married"], { mmoe: [[0.7, 0.8]] });
    const yaml = studyConfig(1, { college: "associate", age: 16, heldout: undefined });
    const about = /about: "(.*)"/.exec(yaml)?.[1] as string;
    const { age, rows } = aucTable({ ...results, config: { ...results.config, about } });
    expect([age, rows.map(({ paper }) => paper)]).toEqual([16, [undefined]]);
    expect(aucTable(results).age).toBe(0);
  });

  test("refuses labels of another study", () => {
    expect(() => aucTable(resultsOf(["y_income", "y_age"], { mmoe }))).toThrow(
      "results/some: expected labels y_income or y_college, then y_never_married, got y_income, y_age",
    );
  });

  test("compares models split by split where each run has its own, and knows no best run there", () => {
    const aucs = {
      mmoe: [[0.84, 0.95], [0.87, 0.92], [], [0.86, 0.97]],
      "shared-bottom": [
        [0.83, 0.96],
        [0.84, 0.95],
        [0.9, 0.9],
        [0.86, 0.94],
      ],
    };
    const { isResplit, rows } = aucTable(resultsOf(["y_college", "y_never_married"], aucs, "run"));
    expect([isResplit, rows[0]?.best]).toEqual([true, undefined]);
    const [main, other] = rows[0]?.gains ?? [];
    expect([main?.splits, main?.higher, other?.higher]).toEqual([3, 2, 1]);
    const gains = [0.01, 0.03, 0];
    const mean = 0.04 / 3;
    const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / 2;
    expect(main?.mean.value).toBeCloseTo(mean, 12);
    expect(main?.mean.high).toBeCloseTo(mean + 4.302653 * Math.sqrt((1 / 3 + 20 / 80) * variance), 6); // t of 2 degrees
  });
});
