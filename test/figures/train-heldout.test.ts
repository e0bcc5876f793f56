import { expect, test } from "vitest";
import { LOSS_SETS } from "../../src/config/losses.ts";
import { recordedOf } from "../../src/figures/sweep-facts.ts";
import { drawn } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

const results = sweepResults({ set: ["models=omoe,mmoe", "correlations=0.5,1"] });
const draw = (of = results) => drawn("train-heldout", of);
const names = (svg: string) => [...svg.matchAll(/class="series"[^>]* data-name="([^"]+)"/g)].map(([, name]) => name);

test("trainHeldout(results, options) has the points of all curves as data, each named by its loss", () => {
  const { data } = draw();
  const { cells, curve } = recordedOf(results);
  for (const loss of LOSS_SETS) {
    const expected = curve(cells[0], loss).map(({ step, mean }) => [step, mean.value]);
    const rows = data.filter((row) => row.loss === loss && row.model === "omoe" && row.correlation === 0.5);
    expect(rows.map(({ step, value }) => [step, value])).toEqual(expected);
  }
});

test("trainHeldout(results, options) leaves out a running mean that is the training loss", () => {
  const { svg, data, caption } = draw(sweepResults({ set: ["models=mmoe", "correlations=1", "evalEvery=2000"] }));
  expect(names(svg)).toEqual(["training", "held-out"]);
  expect([...new Set(data.map(({ loss }) => loss))]).toEqual(["train", "heldout"]);
  expect(caption).not.toContain("unning mean");
});
