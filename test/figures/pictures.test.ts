// What figures look like where it matters: each case is a picture in gallery/, to be looked at when it changes.
import { describe, expect, test } from "vitest";
import type { Figure, FigureChoices } from "../../src/figures/draw/figure.ts";
import type { Results } from "../../src/records/read-results.ts";
import { drawn } from "../support/drawer.ts";
import { type LossOf, likeThePaper, madeResults } from "../support/made-results.ts";
import { expectPicture } from "../support/picture.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { tableFile } from "../support/tables.ts";
import { outside, touching } from "../support/texts.ts";

interface Picture {
  readonly of: Results;
  readonly choices?: Partial<FigureChoices>;
}

const made = (lossOf: LossOf, ...set: string[]) => madeResults(lossOf, set);
const swept = (...set: string[]) => sweepResults({ set });
const rising: LossOf = ({ model: { name }, index }) => 0.1 + name.length / 100 + ((1 + (name.length % 3)) * index) / 90;
const ONE = ["models=mmoe", "correlations=0.9"];
const LONG = [
  '{name: "mmoe with eight experts of 32 units and with two deep gates", like: mmoe}',
  '{name: "omoe with eight experts of 32 units and with one deep gate", like: omoe}',
];
const SINES = ["data=four-sines", "models=[omoe, mmoe]", "correlations=[0.9]", "runs=9"];
const METHODS = "method=sum,pcgrad,mgda,famo";
const FRONT = ["models=[omoe, mmoe]", "correlations=[0.5, 1]", "runs=6"];
const FAR = "models=[shared-bottom, mmoe, single-task, cgc, ple]";
const MAPPED = ["models=[single-task, shared-bottom, mmoe]", "correlations=[0, 0.5, 0.9, 1]"];
/** Shared-Bottom gains where rows are few and tasks are alike, MMoE where rows are many. */
const gaining: LossOf = ({ model: { name }, correlation, training: { trainRows }, index, id }) => {
  const rows = Math.log10(trainRows as number) - 2;
  const gain =
    name === "mmoe" ? 15 * rows - 35 : name === "shared-bottom" ? 40 * (correlation as number) - 20 * rows : 0;
  return 1 - (gain + 8 * Math.sin(index * 2.4 + id.length + gain)) / 100;
};
/** Weights trade one task for another; methods, with equal weights, are before and behind them. */
function traded(...set: string[]): Results {
  const results = madeResults(() => 0.1, [...FRONT, ...set]);
  const OFF: Readonly<Record<string, number>> = { pcgrad: -0.02, famo: 0.01, mgda: 0.03 };
  const records = results.records.flatMap((record) => {
    const { method = "sum", taskWeights } = record.point;
    const weights = String(taskWeights).split(":").map(Number);
    const off = (OFF[String(method)] ?? 0) + (record.model === "mmoe" ? -0.02 : 0);
    const losses = weights.map(
      (weight, k) => 0.15 + off + 0.05 * weight ** -0.3 + 0.01 * Math.sin(2.4 * record.run + k),
    );
    return method !== "sum" && new Set(weights).size > 1 ? [] : [{ ...record, trainingSetLoss: losses }];
  });
  return { ...results, records };
}
const own = (...set: string[]) => made(rising, `rows=${tableFile()}`, "runs=6", ...set);

/** Runs of MMoE that end at these losses of their tasks, perhaps beside others. */
function ending(losses: readonly (readonly number[])[], ...set: string[]): Results {
  const results = madeResults(() => 0.1, ["models=mmoe", "correlations=0.5", `runs=${losses.length}`, ...set]);
  const records = results.records.map((record) =>
    record.model === "mmoe" ? { ...record, trainingSetLoss: losses[record.run] } : record,
  );
  return { ...results, records };
}

/** 100 runs, of which one is far away. */
const outlier = Array.from({ length: 100 }, (_, i) => (i === 7 ? [0.1, 1.9] : [0.1, 0.1 + i / 1000]));

const PICTURES: Readonly<Record<string, Picture>> = {
  "cost of models far apart": { of: made(rising, FAR, "correlations=[0, 0.5, 1]", "runs=5") },
  "differences of many models": { of: made(rising, FAR, "correlations=[0.5, 1]", "runs=5") },
  "differences on own rows": { of: own() },
  "figure3 beside the paper": {
    of: swept("models=[shared-bottom-16]", "steps=10000", "evalEvery=500", "correlations=[0.5, 0.7, 1]"),
    choices: { paper: true },
  },
  "figure4 beside the paper": {
    of: swept("steps=10000", "evalEvery=500", "correlations=[0.9]"),
    choices: { paper: true },
  },
  "figure4 at one step": { of: swept("steps=100", ...ONE) },
  "figure4 heldout median log dark": {
    of: sweepResults(),
    choices: { loss: "heldout", statistic: "median", scale: "log", theme: "dark" },
  },
  "figure4 with letters": {
    of: swept("models=[omoe, single-task]"),
    choices: { letters: true, width: 300, height: 200 },
  },
  "figure5 with a run far away": {
    of: made(({ index }) => (index === 0 ? 1.9 : 0.07 + (index % 5) / 20), ...ONE, "runs=100"),
  },
  "figure5 with rungs": {
    of: made(({ model, index }) => (index === 0 ? 0.5 : model.name === "omoe" ? 0.19 : 0.12), ...SINES),
  },
  "figure5 without a cell": {
    of: made(({ model, correlation }) => (model.name === "omoe" && correlation === 0.9 ? "failed" : 0.1), "runs=5"),
  },
  "final-loss beside the paper": { of: swept("correlations=[0.5, 0.95, 1]"), choices: { paper: true } },
  "final-loss of models with long names": { of: made(rising, `models=[${LONG}]`, "correlations=0.5,1", "runs=6") },
  "final-loss at one correlation": { of: swept("correlations=[0.5]", "steps=10000"), choices: { paper: true } },
  "final-loss on own rows": { of: own() },
  "front of methods": { of: traded("taskWeights=front:7:9", "method=sum,pcgrad,famo,mgda") },
  "front of three tasks": { of: traded("tasks=3", "taskWeights=front:7:9", "method=sum,mgda") },
  "grid of words": { of: swept("models=omoe,mmoe", "correlations=0.5,1", "runs=5", METHODS) },
  "map that is hatched": { of: made(gaining, ...MAPPED, "trainRows=[300, 1000, 10000, 100000]", "runs=8") },
  "runs of 30": {
    of: made(({ index }) => ({ 20: 0.01, 25: 0.9 })[index] ?? 0.1 + index / 1000, ...ONE, "runs=30"),
  },
  "seesaw of three tasks": {
    of: ending(
      [
        [0.01, 0.9, 0.05],
        [0.02, 0.6, 0.06],
        [0.03, 0.09, 0.2],
      ],
      "models=[single-task, mmoe]",
      "tasks=3",
    ),
  },
  "seesaw on own rows": { of: own("models=single-task,mmoe") },
  "task-losses of three tasks": { of: swept("tasks=3", "correlations=[0.5, 1]", "models=[omoe, mmoe]") },
  "task-losses with a run far away": { of: ending(outlier) },
  "verdicts of few runs": { of: madeResults(likeThePaper, ["runs=4"]) },
};

describe.each(Object.entries(PICTURES))("%s", (words, { of, choices }) => {
  const [name = ""] = words.split(" ");
  const draw = (more: Partial<FigureChoices> = {}): Figure => drawn(name, of, { ...choices, ...more });

  test("looks as in the gallery", async () => {
    await expectPicture(draw(), words.replaceAll(" ", "-"));
  });

  test("has numbers everywhere, and its texts on the page and apart", () => {
    for (const theme of ["print", "page"] as const) {
      const figure = draw({ theme });
      expect(figure.svg).not.toMatch(/NaN|undefined|Infinity/);
      expect([outside(figure), touching(figure.svg)]).toEqual([[], []]);
    }
  });
});
