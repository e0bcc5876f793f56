import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Axis } from "../../src/config/axes.ts";
import { axesOf } from "../../src/config/axes.ts";
import { listOverride, loadConfig, override } from "../../src/config/load.ts";
import type { Ranges } from "../../src/config/ranges.ts";
import { asPlanned, rungsOf, trialsOf, valueAt } from "../../src/sweep/search.ts";
import { complaint } from "../support/complaint.ts";
import { madeResults } from "../support/made-results.ts";

/** The axes of preset smoke with values such as `lr=1e-4..1e-2`, and of fields. */
function axes(values: Readonly<Record<string, string>>, ...fields: string[]): Axis[] {
  const ranges: Ranges = new Map();
  const overrides = Object.entries(values).map(([key, text]) => listOverride(`--${key}`, key, text));
  return axesOf(loadConfig("smoke", overrides, ranges), ranges, fields);
}

const [LR] = axes({ lr: "1e-4..1e-2" }) as [Axis];

describe("valueAt(axis, u) is the quantile u", () => {
  const quantiles = (axis: Axis) => [0, 0.25, 0.5, 0.75, 1 - 2 ** -33].map((u) => valueAt(axis, u));

  test("of a logarithm, where a range spans a factor of 10, in four digits", () => {
    expect(quantiles(LR)).toEqual([1e-4, 3.162e-4, 1e-3, 3.162e-3, 1e-2]); // 10 ** (-4 + 2 u)
  });

  test("of the range itself where it spans less, or 0", () => {
    const [dropout] = axes({ dropout: "0..0.5" }) as [Axis];
    expect(quantiles(dropout)).toEqual([0, 0.125, 0.25, 0.375, 0.5]);
    const [lr] = axes({ lr: "0.01..0.05" }) as [Axis];
    expect(quantiles(lr)).toEqual([0.01, 0.02, 0.03, 0.04, 0.05]);
  });

  test("of whole numbers, each as likely as the others or, over a factor of 10, by its share of the logarithm", () => {
    const [batch] = axes({ batch: "16..64" }) as [Axis];
    expect(quantiles(batch)).toEqual([16, 28, 40, 52, 64]); // floor(16 + 49 u)
    const [wide] = axes({}, "mmoe.experts.layers=4..255") as [Axis];
    expect(quantiles(wide)).toEqual([4, 11, 32, 90, 255]); // floor(4 * 64 ** u)
    const [whole] = axes({ weightDecay: "0..1" }) as [Axis];
    expect(valueAt(whole, 0.3)).toBe(0.3); // a setting that takes halves is no whole number
  });

  test("of a list, one of its values", () => {
    const [layers] = axes({}, "mmoe.experts.layers=8,16,[32,16]") as [Axis];
    expect(quantiles(layers)).toEqual([8, 8, 16, "[32,16]", "[32,16]"]);
  });
});

describe("trialsOf(model, axes, seed)", () => {
  const drawn = (count: number, of: readonly Axis[], model = "mmoe", seed = 3) =>
    Array.from(
      { length: count },
      (
        (trials) => () =>
          trials.next().value
      )(trialsOf(model, of, seed)),
    );

  test("are spread as their range, and others for another seed", () => {
    const values = drawn(2000, [LR]).map((trial) => Math.log10(Number(trial?.values.lr)));
    const shares = [-3.5, -3, -2.5].map((at) => values.filter((value) => value < at).length / values.length);
    for (const [k, share] of shares.entries())
      expect(Math.abs(share - (k + 1) / 4)).toBeLessThan(4 * Math.sqrt(0.25 / 2000));
    expect(drawn(3, [LR], "mmoe", 4)).not.toEqual(drawn(3, [LR]));
  });

  test("have the same values of settings for every model, whatever else is searched", () => {
    const both = axes({ lr: "1e-4..1e-2", batch: "16,64" }, "mmoe.experts.shared=2..8");
    const [mmoe, omoe] = ["mmoe", "omoe"].map((model) => drawn(5, both, model));
    expect(mmoe?.map((trial) => trial?.values)).toEqual(omoe?.map((trial) => trial?.values));
    expect(mmoe?.map((trial) => trial?.values.lr)).toEqual(drawn(5, [LR]).map((trial) => trial?.values.lr));
    expect([omoe?.[0]?.fields, Object.keys(mmoe?.[0]?.fields ?? {})]).toEqual([{}, ["experts.shared"]]);
  });

  test("are all points of a small grid, each once", () => {
    const few = axes({ lr: "0.1,0.2", batch: "16,32,64" });
    const all = [...trialsOf("mmoe", few, 0)].map(({ values }) => `${values.lr} ${values.batch}`);
    expect(all.sort()).toEqual(["0.1 16", "0.1 32", "0.1 64", "0.2 16", "0.2 32", "0.2 64"]);
  });

  test("have a constant only with a method that has it", () => {
    const both = axes({ method: "sum,cagrad", "method.c": "0.2,0.4" });
    const all = [...trialsOf("mmoe", both, 0)].map(({ values }) => `${values.method} ${values["method.c"]}`);
    expect(all.sort()).toEqual(["cagrad 0.2", "cagrad 0.4", "sum default"]);
    const one = axes({ method: "cagrad", "method.c": "0.2,0.4" });
    expect([...trialsOf("mmoe", one, 0)].map(({ values }) => values["method.c"]).sort()).toEqual([0.2, 0.4]);
  });
});

test("asPlanned(results) has no runs beyond those that its config asks for", () => {
  const more = madeResults(() => 1, ["runs=5", "models=mmoe,omoe"]);
  const { records } = asPlanned({ ...more, config: { ...more.config, runs: 2 } });
  expect(records).toEqual(more.records.filter(({ run }) => run === 0 || run === 1));
  expect(asPlanned(more)).toEqual(more);
});

test("rungsOf(trials, runs) keeps a third for three times the runs, until two trials or all runs", () => {
  const text = (trials: number, runs: number) =>
    rungsOf(trials, runs)
      .map((rung) => `${rung.trials}x${rung.runs}`)
      .join(" ");
  expect(text(50, 10)).toBe("50x2 17x4 6x10"); // 50 / 3 ** k; 10 / 9, 10 / 3, 10
  expect(text(54, 200)).toBe("54x8 18x23 6x67 2x200");
  expect(text(5, 200)).toBe("5x200"); // a third of five would be less than two
  expect(text(6, 200)).toBe("6x67 2x200");
  expect(text(50, 2)).toBe("50x2");
});

test("axesOf(config, ranges, fields) refuses in a line what can't be searched", () => {
  const refused = (values: Readonly<Record<string, string>>, ...fields: string[]) =>
    complaint(() => axes(values, ...fields));
  expect(refused({ lr: "1e-2..1e-4" })).toBe("--lr: expected a range that rises, such as 16..64, got '1e-2..1e-4'");
  expect(refused({ batch: "0..64" })).toMatch(/^--batch: .*, got 0$/);
  expect(refused({ runs: "1..5" })).toMatch(/^--runs: expected a whole number.*, got "1\.\.5"$/);
  expect(refused({ method: "1..5" })).toMatch(/^--method: expected one of .*, got "1\.\.5"$/);
  expect(refused({})).toMatch(
    /^expected something to search; give a list or a range, such as --lr 1e-4\.\.1e-2 or --axis/,
  );
  expect(refused({}, "mmoe.experts.layers=8")).toMatch(/^--axis: expected several values, .* got '8'$/);
  expect(refused({}, "mmoe.experts.shared=-2..8")).toMatch(/^--axis: mmoe\.experts\.shared: expected .* got -2$/);
  expect(refused({}, "mmoe.width=8,16")).toMatch(/^--axis: expected one of experts, .* got 'width'$/);
  expect(refused({}, "mmo.experts.shared=2,4")).toMatch(/^--axis: no model 'mmo' among .*did you mean 'mmoe'/);
  const config = join("results", "paper", "config.yaml");
  expect(complaint(() => loadConfig(config, [override("--lr", "lr", "1..2")]))).toMatch(
    /^--lr: expected .*got "1\.\.2"$/,
  );
});
