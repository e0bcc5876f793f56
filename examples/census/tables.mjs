// AUC of both tasks in sweeps on census rows, beside the paper's Tables 1 and 2 (Ma et al., KDD 2018).
//
//   node examples/census/tables.mjs results/census-1 results/census-2
//   node examples/census/tables.mjs results/census-1 --json
//
// Where each run has a split of its own, intervals are for further splits of these rows, whose overlap they allow for (Nadeau and
// Bengio, 2003), and models are compared with Shared-Bottom split by split. Elsewhere intervals are over runs, and the best run is that
// with the highest AUC of the main task on validation rows.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "csv-parse/sync";
import { readResults } from "../../dist/index.js";
import { overSplits } from "../../dist/stats/f-distribution.js";
import { groupBy } from "../../dist/stats/group-by.js";

const BASELINE = "shared-bottom";
const NAMES = { y_income: "income above $50,000", y_college: "at least college", y_never_married: "never married" };
const PUBLISHED = parse(readFileSync(new URL("../../results/published/census.csv", import.meta.url)), {
  columns: true,
});

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
if (folders.length === 0) refuse("expected results folders of the census study");
const read = (folder) => readResults(folder).catch(({ message }) => refuse(message));
const tables = (await Promise.all(folders.map(read))).map(tableOf);
console.log(options.json ? JSON.stringify(tables) : tables.map(textOf).join("\n\n"));

function refuse(message) {
  console.error(`tables.mjs: ${message}`);
  process.exit(2);
}

/** The AUCs of a sweep: for each model and each of its two tasks, main task first. */
function tableOf({ path: folder, config, records }) {
  const labels = config.rows?.labels ?? [];
  const group = { y_income: "1", y_college: "2" }[labels[0]];
  if (group === undefined || labels[1] !== "y_never_married")
    refuse(
      `${folder}: expected labels y_income or y_college, then y_never_married, got ${labels.join(", ") || "generated rows"}`,
    );
  const isResplit = config.rows.split === "run";
  const { heldoutRows, trainRows, validation } = config;
  const statistics = isResplit ? overItsSplits(heldoutRows / (trainRows * (1 - validation))) : overItsRuns;
  const done = groupBy(
    records.filter(({ status }) => status === "done"),
    nameOf,
  );
  const ofPaper = config.about.endsWith("and older") ? [] : PUBLISHED.filter((row) => row.group === group);
  const rows = [...done].map(([model, runs]) => {
    const paper = ofPaper.find((row) => row.model === model);
    const baseline = done.get(model.replace(runs[0].model, BASELINE)) ?? [];
    return {
      model,
      runs: runs.length,
      tasks: [0, 1].map((k) => ({ ...statistics(runs, baseline, k), ...publishedAucs(paper, k) })),
    };
  });
  const place = ({ model }) => config.models.indexOf(model.split(" ")[0]);
  return { folder, group, labels, isResplit, rows: rows.toSorted((a, b) => place(a) - place(b)) };
}

/** A model, and its grid point where the sweep has some. */
function nameOf({ model, point }) {
  return [model, ...Object.entries(point).map(([setting, value]) => `${setting}=${value}`)].join(" ");
}

/** Of task `k`: its AUC in the best run, and the mean over runs. */
function overItsRuns(runs, _baseline, k) {
  const chooses = ({ measures }) => (measures.validationAuc ?? measures.auc)[0];
  const best = runs.toSorted((a, b) => chooses(b) - chooses(a))[0];
  return {
    best: best.measures.auc[k],
    mean: meanOf(
      runs.map(({ measures }) => measures.auc[k]),
      0,
    ),
  };
}

/** Of task `k`: the mean AUC over splits, and the mean of its differences from the baseline. `ratio`: test rows to training rows. */
function overItsSplits(ratio) {
  return (runs, baseline, k) => {
    const others = new Map(baseline.map(({ run, measures }) => [run, measures.auc[k]]));
    const pairs = runs.filter(({ run, model }) => model !== BASELINE && others.has(run));
    const gains = pairs.map(({ run, measures }) => measures.auc[k] - others.get(run));
    const mean = meanOf(
      runs.map(({ measures }) => measures.auc[k]),
      ratio,
    );
    if (gains.length === 0) return { mean };
    return { mean, gain: meanOf(gains, ratio), higher: gains.filter((gain) => gain > 0).length, of: gains.length };
  };
}

function meanOf(values, ratio) {
  return overSplits(Float64Array.from(values), ratio);
}

function publishedAucs(paper, k) {
  if (paper === undefined) return {};
  const [best, mean] =
    k === 0 ? ["main_auc_best", "main_auc_mean"] : ["marital_auc_with_best_main", "marital_auc_mean"];
  return { paperBest: Number(paper[best]), paperMean: Number(paper[mean]) };
}

function textOf({ folder, group, labels, isResplit, rows }) {
  const columns = isResplit
    ? {
        splits: "runs",
        "mean [95 %]": "mean",
        paper: "paperMean",
        [`minus ${BASELINE}`]: "gain",
        "higher in": "higher",
      }
    : { runs: "runs", best: "best", paper: "paperBest", "mean [95 %]": "mean", "paper ": "paperMean" };
  const blocks = labels.map((label, k) => {
    const cells = rows.map(({ model, runs, tasks }) => [
      model,
      ...Object.values(columns).map((key) => cell({ runs, ...tasks[k] }, key)),
    ]);
    const all = [["", ...Object.keys(columns)], ...cells];
    const widths = all[0].map((_, i) => Math.max(...all.map((row) => row[i].length)));
    const lines = all.map((row) =>
      row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  "),
    );
    return [`${NAMES[label]} (${k === 0 ? "main" : "auxiliary"} task)`, ...lines].join("\n");
  });
  return [`${folder}: group ${group}, AUC on held-out rows`, ...blocks].join("\n\n");
}

function cell(task, key) {
  const value = task[key];
  if (value === undefined) return "-";
  if (key === "runs") return `${value}`;
  if (key === "higher") return `${value} of ${task.of}`;
  if (typeof value === "number") return value.toFixed(4);
  const [mean, low, high] = [value.value, value.low, value.high].map((end) => end.toFixed(4));
  return Number.isNaN(value.low) ? mean : `${mean} [${low}, ${high}]`;
}
