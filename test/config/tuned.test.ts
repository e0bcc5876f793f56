import { describe, expect, test } from "vitest";
import { settingsOf } from "../../src/config/cells.ts";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import type { Settings } from "../../src/config/schema.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { trainedValues } from "../../src/config/tuned.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { stored, storedFile } from "../support/configs.ts";
import { tableFile } from "../support/tables.ts";

type Tuned = NonNullable<Settings["tuned"]>;
const BY_MODEL: Tuned["choices"] = [
  { model: "omoe", values: { lr: 0.001, batch: 16 } },
  { model: "mmoe", values: { lr: 0.01 } },
];
const BY_CELL: Tuned["choices"] = [0.5, 1].map((correlation) => ({
  model: "mmoe",
  correlation,
  values: { lr: correlation / 100 },
}));

const WHY = { sweep: "rates", loss: "train", by: "model", seed: 7, runs: 20, points: [] } as const;
const tuned = (choices: Tuned["choices"], ...settings: string[]) =>
  loadConfig("smoke", [
    ...["models=omoe,mmoe", "correlations=0.5,1", "runs=2"].map(setOverride),
    ...settings.map(setOverride),
    { source: "tuned", values: { tuned: { ...WHY, points: [], choices } } },
  ]);

describe("a tuned sweep", () => {
  test("trains each model with its own values, which trainedValues(config, key) lists", () => {
    for (const { id, model, training } of planRuns(tuned(BY_MODEL))) {
      const [lr, batch] = model.name === "omoe" ? [0.001, 16] : [0.01, 64];
      expect([id, training.lr, training.batch]).toEqual([id, lr, batch]);
    }
    expect(trainedValues(tuned(BY_MODEL), "batch")).toEqual([16, 64]);
    expect(trainedValues(tuned(BY_MODEL), "steps")).toEqual(trainedValues(loadConfig("smoke"), "steps"));
  });

  test("trains each cell with its own values where they are for cells", () => {
    const runs = planRuns(tuned(BY_CELL, "models=mmoe"));
    expect(runs.map(({ correlation, training }) => `${correlation} ${training.lr}`)).toEqual([
      "0.5 0.005",
      "1 0.01",
      "0.5 0.005",
      "1 0.01",
    ]);
  });

  test("trains each value of a list with the values that are for it, and refuses a list that has more", () => {
    const choices = ["sum", "famo"].map((method, i) => ({
      model: "mmoe" as const,
      at: { method: method as "sum" | "famo" },
      values: { lr: (i + 1) / 100 },
    }));
    const config = tuned(choices, "models=mmoe", "correlations=1", "runs=1", "method=sum,famo");
    expect(planRuns(config).map(({ id, training }) => `${id} ${training.lr}`)).toEqual([
      "mmoe/p=1.00/method=sum/000 0.01",
      "mmoe/p=1.00/method=famo/000 0.02",
    ]);
    expect(settingRows(config).find(({ name }) => name === "tuned")?.value).toBe(
      "mmoe with method=sum: lr=0.01; mmoe with method=famo: lr=0.02",
    );
    expect(() => tuned(choices, "models=mmoe", "method=sum,famo,mgda")).toThrow(
      "tuned: expected one choice for mmoe at 0.5, method=mgda, got 0; tune again with it, or add --set tuned=null",
    );
    expect(planRuns(tuned(choices, "models=mmoe", "method=famo"))[0]?.training.lr).toBe(0.02);
  });

  test("on rows of one's own trains each value with those that are for it, and names a model alone", () => {
    const choices = [0, 0.1].map((dropout, i) => ({ model: "mmoe", at: { dropout }, values: { lr: (i + 1) / 100 } }));
    const of = (models: string, dropout = "0,0.1") =>
      loadConfig("smoke", [
        rowsOverride(tableFile()),
        ...[`models=${models}`, "runs=1", `dropout=${dropout}`].map(setOverride),
        { source: "tuned", values: { tuned: { ...WHY, points: [], choices } } },
      ]);
    expect(planRuns(of("mmoe")).map(({ id, training }) => `${id} ${training.lr}`)).toEqual([
      "mmoe/dropout=0/000 0.01",
      "mmoe/dropout=0.1/000 0.02",
    ]);
    expect(() => of("mmoe,omoe", "0.1")).toThrow("tuned: expected one choice for omoe, got 0; tune again with it");
  });

  test("has the ids of a sweep without choices, and comes back from its file", () => {
    const config = tuned(BY_MODEL);
    const ids = ({ id }: { id: string }) => id;
    const untuned = loadConfig("smoke", ["models=omoe,mmoe", "correlations=0.5,1", "runs=2"].map(setOverride));
    expect(planRuns(config).map(ids)).toEqual(planRuns(untuned).map(ids));
    expect(stored(config)).toEqual(config);
  });

  test("is another sweep for other choices, not for other reasons of the same, and shows its choices", () => {
    const one = tuned(BY_MODEL);
    expect(trainedHash(one)).not.toBe(trainedHash(loadConfig("smoke")));
    expect(trainedHash(one)).not.toBe(trainedHash(tuned([BY_MODEL[1] as never, { model: "omoe", values: { lr: 1 } }])));
    expect(trainedHash({ ...one, tuned: { ...(one.tuned as Tuned), sweep: "other", runs: 40 } })).toBe(
      trainedHash(one),
    );
    const row = (config: Parameters<typeof settingRows>[0]) => settingRows(config).find(({ name }) => name === "tuned");
    expect(row(tuned(BY_MODEL))?.value).toBe("omoe: batch=16, lr=0.001; mmoe: lr=0.01");
    expect(row(tuned(BY_CELL, "models=mmoe"))?.value).toBe("mmoe at 0.5: lr=0.005; mmoe at 1: lr=0.01");
    expect(row(loadConfig("smoke"))).toBeUndefined();
  });

  const path = storedFile(tuned(BY_MODEL));

  test.each([
    [["lr=0.1"], "--set lr: 'tuned' has a value of lr for each model; leave it out, or add --set tuned=null"],
    [["lr=0.1,0.2"], "--set lr: 'tuned' has a value of lr for each model; leave it out, or add --set tuned=null"],
    [["seed=7"], "--set seed: must differ from the seed of the tuning runs, got 7"],
    [["models=omoe,shared-bottom"], /tuned: expected one choice for shared-bottom at 0.5, got 0; tune again with it/],
  ])("refuses %j in a line; tuned no more, takes other values", (settings, message) => {
    expect(() => loadConfig(path, settings.map(setOverride))).toThrow(message);
    expect(loadConfig(path, ["lr=0.1", "tuned=null"].map(setOverride))).toMatchObject({ lr: 0.1, tuned: null });
  });

  test("may have lists of settings that were not tuned, but not of one that was, nor two choices for one cell", () => {
    const grid = planRuns(tuned(BY_MODEL, "optimizer=adam,sgd"));
    expect(grid.map(({ id }) => id)).toContain("omoe/p=0.50/optimizer=sgd/001");
    expect(new Set(grid.map(({ training: { lr, optimizer } }) => `${lr} ${optimizer}`)).size).toBe(4);
    const twice = [...BY_MODEL, { model: "mmoe", correlation: 1, values: { lr: 1 } }] as const;
    expect(() => tuned([...twice])).toThrow("tuned: expected one choice for mmoe at 1, got 2");
    expect(() => tuned(BY_MODEL, "lr=0.1,0.2")).toThrow("--set lr: 'tuned' has a value of lr for each model");
  });
});

test("settingsOf(config, cell) has the values that its runs are trained with: tuned and listed ones", () => {
  const paper = loadConfig("results/paper-tuned/config.yaml");
  const ratesOf = (model: string) => settingsOf(paper, { model, correlation: 0.5, point: {} });
  expect(ratesOf("shared-bottom")).toMatchObject({ lr: 0.001, batch: 128, data: "four-sines" });
  expect(ratesOf("omoe")).toMatchObject({ lr: 0.01, batch: 128 });
  const listed = loadConfig("smoke", ["batch=[16,32]"].map(setOverride));
  const settings = settingsOf(listed, { model: "mmoe", correlation: 1, point: { batch: 32 } });
  expect(settings.batch).toBe(32);
  expect(Object.keys(settings)).not.toContain("models");
});
