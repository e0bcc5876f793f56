// The rows of figures of losses, which are their CSV files, and what captions say of them.
import { describe, expect, test } from "vitest";
import { LOSS_SETS } from "../../src/config/losses.ts";
import type { FigureOptions } from "../../src/figures/draw/figure.ts";
import type { Results } from "../../src/records/read-results.ts";
import { mean } from "../../src/stats/moments.ts";
import { drawerOf, drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

describe("figure4", () => {
  const draw = (options: Partial<FigureOptions> = {}, results = sweepResults()) => drawn("figure4", results, options);

  test.each([
    ["train", 4],
    ["running", 0],
  ] as const)("gives the mean %s loss over runs and tasks at each step", (loss, first) => {
    const results = sweepResults();
    const row = draw({ loss }).data.find((one) => one.model === "omoe" && one.correlation === 0.9 && one.step === 300);
    const runs = results.records.filter((record) => record.model === "omoe" && record.correlation === 0.9);
    const losses = runs.map(({ curve }) => mean(curve.train.subarray(first, 6))); // of two tasks, at steps 100, 200 and 300
    expect(row).toMatchObject({ runs: 7, loss, statistic: "mean" });
    expect(row?.value).toBeCloseTo(mean(losses), 12);
  });

  test("names the loss, the number of runs and the failed ones in its caption", () => {
    const failing = (id: string) => id === "mmoe/p=0.90/003" || id === "mmoe/p=0.90/005";
    const { caption } = draw({ loss: "heldout" }, sweepResults({ failing }));
    expect(caption).toMatch(/^Mean held-out loss/);
    expect(caption).toMatch(/n = 5 to 7 runs in each cell\. Runs that failed are left out: 2 of MMoE at 0\.9\.$/);
  });

  test("compares nothing with the paper where they have fewer than two steps in common", () => {
    const results = sweepResults({ set: ["steps=2000", "evalEvery=2000"] });
    expect(draw({ paper: true }, results).svg).not.toContain(">Ours minus the paper's<");
  });

  test.each([
    ["shared-bottom", 0.4936, 0.2009],
    ["omoe", 0.3794, 0.0784],
    ["mmoe", 0.2348, 0.0703],
  ])("lays the paper's own curve of %s over ours", (model, early, late) => {
    const { data } = draw({ paper: true }, sweepResults({ set: ["steps=10000"] }));
    const paper = (correlation: number, step: number) =>
      data.find((row) => row.model === model && row.correlation === correlation && row.step === step)?.paper;
    expect([paper(0.5, 500), paper(1, 9900)]).toEqual([early, late]);
  });

  test("lays the whole axis of the paper over a training of another length, and says its unit", () => {
    const { data, caption } = draw({ paper: true }, sweepResults({ set: ["steps=30000", "evalEvery=300"] }));
    const late = data.find((row) => row.model === "mmoe" && row.correlation === 1 && row.step === 29_700);
    expect(late?.paper).toBe(0.0703);
    expect(caption).toContain("its unit as 3 steps (assumed)");
  });

  test("draws curves of more points than a call has arguments", () => {
    const results = sweepResults({ set: ["models=[mmoe]", "correlations=[1]", "runs=1"] });
    const losses = new Float64Array(2 * 140_000).fill(0.5);
    const curve = { steps: Array.from({ length: 140_000 }, (_, i) => i + 1), train: losses, heldout: losses };
    const records = results.records.map((record) => ({ ...record, curve }));
    expect(draw({}, { ...results, records }).data).toHaveLength(140_000);
  });

  test("names the paper's Figure 3 where that has the model", () => {
    const small = sweepResults({ set: ["models=[shared-bottom-16]", "steps=10000"] });
    const { title, caption } = draw({ paper: true }, small);
    expect(title).toBe("Loss against training steps of Shared-Bottom-16");
    expect(caption).toContain("Hollow markers: the paper's Figure 3; a mean");
  });
});

test("figure3 has the curves of its model alone, and the paper's where it has them, only when asked to", () => {
  const set = ["models=[mmoe, shared-bottom-16]", "steps=10000", "correlations=[0.5, 0.7, 1]"];
  const { data } = drawn("figure3", sweepResults({ set }), { paper: true });
  const paper = (correlation: number, step: number) =>
    data.find((row) => row.correlation === correlation && row.step === step)?.paper;
  expect([paper(0.5, 100), paper(0.7, 100), paper(1, 9900)]).toEqual([0.7572, Number.NaN, 0.2832]);
  expect(new Set(data.map(({ model }) => model))).toEqual(new Set(["shared-bottom-16"]));
  expect(drawn("figure3", sweepResults({ set })).data[0]).not.toHaveProperty("paper");
});

describe("train-heldout", () => {
  test("has the rows of figure4 for each loss", () => {
    const results = sweepResults({ set: ["models=omoe,mmoe", "correlations=0.5,1"] });
    const { data } = drawn("train-heldout", results);
    for (const loss of LOSS_SETS)
      expect(data.filter((row) => row.loss === loss)).toEqual(drawn("figure4", results, { loss }).data);
  });

  test("leaves out a running mean that is the training loss", () => {
    const single = sweepResults({ set: ["models=mmoe", "correlations=1", "evalEvery=2000"] });
    const { data, caption } = drawn("train-heldout", single);
    expect([...new Set(data.map(({ loss }) => loss))]).toEqual(["train", "heldout"]);
    expect(caption).not.toContain("unning mean");
  });
});

describe("figure5", () => {
  const one = ["models=[mmoe]", "correlations=[0.9]"];
  const draw = (losses: readonly number[]) => {
    const lossOf: LossOf = ({ index }) => losses[index];
    return drawn("figure5", madeResults(lossOf, [...one, `runs=${losses.length}`]));
  };

  test("gives both ends of each bin, its runs and the cell's mean", () => {
    const ofCell = { statistic: "mean", value: expect.closeTo(0.07) };
    expect(draw([0.01, 0.11, 0.12, 0.04]).data).toEqual(
      [1, 1, 0, 2].map((runs, i) => {
        return { model: "mmoe", correlation: 0.9, loss: "train", low: i / 30, high: (i + 1) / 30, runs, ...ofCell };
      }),
    );
  });

  test("has no upper end for the last bin where losses lie beyond", () => {
    const { data, caption } = draw([0.5, 7]);
    expect(data.at(-1)).toMatchObject({ low: 2, high: Number.NaN, runs: 1 });
    expect(data.at(-2)).toMatchObject({ low: 59 / 30, high: 2, runs: 0 });
    expect(caption).toContain("Losses of 2 and more share the last bin, which is pale and has an arrow.");
  });

  test("says where a few runs far away are drawn; its rows have their bins", () => {
    const { data, caption } = draw([...Array.from({ length: 99 }, () => 0.05), 1.9]);
    expect(caption).toContain("Losses of 0.033 and more share the last bin, which is pale and has an arrow.");
    expect(data).toHaveLength(58);
  });

  test("explains the rungs of the ladder, but not behind running means", () => {
    const results = madeResults(() => 0.5, ["data=four-sines", ...one, "runs=2"]);
    const captionOf = (loss: "train" | "running") => drawn("figure5", results, { loss }).caption;
    expect(captionOf("train")).toContain("rung j is the loss of a run whose tasks all lack the j fastest sines");
    expect(captionOf("running")).not.toContain("rung");
  });
});

describe("seesaw", () => {
  const draw = (set: readonly string[], lossOf: LossOf = () => 0.1) => drawn("seesaw", madeResults(lossOf, set));

  test("gives each run's gain of each task, and the shares in the corners", () => {
    const { data, svg } = draw(["models=[single-task, mmoe]", "correlations=[0.5]", "runs=4"], ({ model, index }) =>
      model.name === "mmoe" ? [0.05, 0.2, 0.05, 0.05][index] : 0.1,
    );
    expect(data[1]).toMatchObject({ model: "mmoe", run: 1, loss: "train", against: "single-task" });
    expect(data.map(({ gain1 }) => Number(gain1).toFixed(6)).join(" ")).toBe("0.500000 -1.000000 0.500000 0.500000");
    const corners = [...svg.matchAll(/>(\d+%)</g)].map(([, share]) => share);
    expect(corners).toEqual(["0%", "75%", "25%", "0%"]); // as one reads: both gain at the upper right, both lose at the lower left
  });

  test("draws as many models and pairs as a page has room for, and says so", () => {
    const models = "models=[single-task, mmoe, omoe, shared-bottom]";
    const captionOf = (tasks: number) => draw([models, `tasks=${tasks}`, "correlations=[0.5]", "runs=2"]).caption;
    expect(captionOf(4)).toContain("Of 3 models the first 2 are drawn; the numbers are of all, also of");
    expect(captionOf(6)).toContain("Of 15 pairs of tasks the first 12 are drawn. Of 3 models the first one is drawn;");
  });

  test("is lacking, and no one is told, where no model shares nothing", () => {
    const lacking = "runs of a model that shares nothing are needed, such as single-task";
    const found = drawerOf("seesaw")(madeResults(() => 0.1, ["models=[mmoe, omoe]"]));
    expect(found).toEqual({ name: "seesaw", lacking, never: true });
  });
});

describe("task-losses", () => {
  /** A sweep whose runs end at these losses of their tasks. */
  function ending(losses: readonly (readonly number[])[], ...set: string[]): Results {
    const made = madeResults(() => 0.1, ["models=mmoe", "correlations=0.5", `runs=${losses.length}`, ...set]);
    return { ...made, records: made.records.map((record) => ({ ...record, trainingSetLoss: losses[record.run] })) };
  }

  test("has the losses of every task", () => {
    const losses = "0.1 0.2 0.3|0.4 0.5 0.6".split("|").map((line) => line.split(" ").map(Number));
    const { data, title } = drawn("task-losses", ending(losses, "tasks=3"));
    expect(title).toBe("Final loss of each task of MMoE");
    expect(data).toEqual(
      losses.map(([task1, task2, task3], run) => {
        return { model: "mmoe", correlation: 0.5, run, loss: "train", task1, task2, task3 };
      }),
    );
  });

  test("counts the runs with one task in a bad minimum", () => {
    const losses = "0.1 0.1|0.1 0.3|0.5 0.05|0.4 0.4|0.1 0.17".split("|").map((line) => line.split(" ").map(Number));
    expect(drawn("task-losses", ending(losses)).svg).toContain(">3 of 5<");
  });
});

describe("of three tasks", () => {
  const three = sweepResults({ set: ["tasks=3"] });

  test.each(["figure4", "figure5", "final-loss", "distributions", "runs", "train-heldout"])(
    "%s says so in its caption",
    (name) => {
      expect(drawn(name, three).caption).toContain(" of the three tasks ");
      expect(drawn(name, sweepResults({ set: ["tasks=12"] })).caption).toContain(" of the 12 tasks ");
    },
  );

  test("figure4 is the mean over them, and the paper's curves of two tasks stay away", () => {
    const { data } = drawn("figure4", three, { paper: true });
    const [row] = data;
    const cell = three.records.filter(
      ({ model, correlation }) => model === row.model && correlation === row.correlation,
    );
    expect(row.value).toBeCloseTo(mean(cell.map(({ curve }) => mean(curve.train.subarray(0, 3)))), 12);
    expect(data.filter(({ paper }) => Number(paper) > 0)).toEqual([]);
  });
});
