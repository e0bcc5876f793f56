// Results of a study in which a metric of one task chose steps and settings: they lead with it, on test rows.
import { describe, expect, test } from "vitest";
import { leadingBlock } from "../../src/cli/text/summary-table.ts";
import type { Results } from "../../src/records/read-results.ts";
import { reportHtml } from "../../src/report/report.ts";
import { type Leading, leadingCells, leadingMetric } from "../../src/summary/leading.ts";
import { fileOf } from "../support/configs.ts";
import { drawn } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";

const file = fileOf("x,y_income,y_bought\n1,5,no\n2,3,yes\n0,7,no\n3,1,yes\n4,2,no\n", "people.csv");

/** By model and run, on test rows; validation rows rank the models the other way around. */
type Auc = (model: string, run: number) => number;

const CLEAR: Auc = (model, run) => (model === "omoe" ? 0.8 : 0.7) + run / 1000;
/** MMoE's mean is a little higher, by chance. */
const NEAR: Auc = (model, run) =>
  0.7 + (model === "omoe" ? 0 : 0.0001) + ((((run * 7) % 5) - 2) / 100) * (model === "omoe" ? 1 : -1);

function made(auc: Auc, ...set: string[]): Results {
  const loss = ({ model }: { model: { name: string } }) => (model.name === "omoe" ? 0.4 : 0.2);
  const results = madeResults(loss, [`rows=${file}`, "models=omoe,mmoe", "runs=6", "chooseBy=auc2", ...set]);
  const records = results.records.map((record) => {
    const value = auc(record.model, record.run);
    const measures = { auc: [Number.NaN, value], validationAuc: [Number.NaN, 1 - value], rmse: [2, Number.NaN] };
    return { ...record, measures: { ...record.measures, ...measures } };
  });
  return { ...results, records };
}

const plain = (html: string) => html.replaceAll(/<(?!\/?b>)[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const headOf = (page: string) => plain(/<header>.*?<\/header>/s.exec(page)?.[0] ?? "");

describe("a report", () => {
  const html = reportHtml(made(CLEAR), "heldout");

  test("begins with the metric on test rows, and then the loss, which another model may win", () => {
    const head = headOf(html);
    expect(head).toContain(
      "the mean AUC of y_bought is highest for OMoE (0.8025) on held-out rows, before MMoE (0.7025).",
    );
    expect(head).toContain("the mean loss is lowest for MMoE (0.2200) on held-out rows, before OMoE (0.4400).");
    expect(head).not.toContain("on training rows the");
  });

  test("names no winner that the runs do not tell apart, and has its mean in bold only if they do", () => {
    expect(headOf(reportHtml(made(NEAR), "heldout"))).toContain(
      "no model is told apart as the best by its mean AUC of y_bought on held-out rows: MMoE (0.",
    );
    const few = reportHtml(made(CLEAR, "runs=4"), "heldout");
    expect(headOf(few)).toContain("no model is told apart as the best by its mean AUC");
    const bold = (page: string) => {
      const cells = /id="cells".*?<\/section>/s.exec(page)?.[0] ?? "";
      return [...cells.matchAll(/<b>([^<]*)<\/b>/g)].map(([, mean]) => mean);
    };
    expect([bold(html), bold(few)]).toEqual([["0.2200"], []]);
  });

  test("has the tasks' table first, with that task and metric; of a grid says what validation rows choose", () => {
    expect(html.indexOf('id="tasks"')).toBeLessThan(html.indexOf('id="cells"'));
    expect(html.indexOf('id="metrics"')).toBeLessThan(html.indexOf('id="figure5"'));
    const table = plain(/id="tasks".*?<\/section>/s.exec(html)?.[0] ?? "");
    expect(table).toMatch(/Runs AUC Loss .*y_bought \(binary\) OMoE 6 0\.8025.*y_income \(regression\)/);
    const head = headOf(reportHtml(made(CLEAR, "lr=0.01,0.001"), "heldout"));
    expect(head).toContain(
      "On validation rows the mean AUC of y_bought after the last step is highest for OMoE with lr=0.01 (0.1975), not told apart from lr=0.001 (0.1975); for MMoE",
    );
  });
});

test("the figure of metrics begins with that task and draws that metric, not its kind's first", () => {
  const { svg } = drawn("metrics", made(CLEAR, "chooseBy=rmse1"), { theme: "page" });
  const titles = [...svg.matchAll(/y_\w+: [^<]*/g)].map(([title]) => title);
  expect(titles).toEqual(["y_income: RMSE", "y_bought: AUC"]);
});

test("mmoe summary begins with a table of it", () => {
  const results = made(CLEAR);
  const leading = leadingMetric(results.config) as Leading;
  const blockOf = (of: Results) => leadingBlock(leadingCells(of, leading, "test"), leading, "results/made");
  expect(leading).toEqual({ metric: "auc", task: 1, isHigherBetter: true, words: "AUC of y_bought" });
  expect(blockOf(results)).toMatchObject({
    before: expect.stringMatching(/^results\/made\nAUC of y_bought on held-out rows/),
    rows: [
      ["", "runs", "mean [95 %]", "median"],
      ["omoe", "6", expect.stringMatching(/^0\.8025 \[/), "0.8025"],
      ["mmoe", ...Array(3).fill(expect.anything())],
    ],
    after: "highest: omoe",
  });
  expect(blockOf(made(NEAR)).after).toBe("not told apart as the highest: mmoe and omoe");
  expect(blockOf(made(CLEAR, "lr=0.01,0.001")).after).toBe("mmoe tune chooses by validation rows");
  expect(leadingMetric(madeResults(() => 1).config)).toBeUndefined();
});

test("the mean of a metric over tasks is that of each run, on test or validation rows; a run that lacks it has none", () => {
  const classes = fileOf("x,y_left,y_bought\n1,yes,no\n2,no,yes\n0,no,no\n3,yes,yes\n", "classes.csv");
  const results = madeResults(() => 0.3, [`rows=${classes}`, "models=mmoe", "runs=3", "chooseBy=aucMean"]);
  const records = results.records.map((record) => {
    const measures = { auc: [0.5, record.run === 1 ? Number.NaN : 0.8], validationAuc: [0.25, 0.75] };
    return { ...record, measures: { ...record.measures, ...measures } };
  });
  const leading = leadingMetric(results.config) as Leading;
  expect(leading).toEqual({ metric: "auc", task: null, isHigherBetter: true, words: "AUC, mean over tasks" });
  const valuesOf = (part: "test" | "validation") =>
    leadingCells({ ...results, records }, leading, part).map(({ byRun }) => [...byRun]);
  const test = [0, 2].map((run) => [run, expect.closeTo(0.65, 12)]);
  expect([valuesOf("test"), valuesOf("validation")]).toEqual([[test], [[0, 1, 2].map((run) => [run, 0.5])]]);
});
