import { expect, test } from "vitest";
import { LOSS_SETS } from "../../src/config/losses.ts";
import { temporaryFolder } from "../../test/support/effects.ts";
import type { CurvePoint } from "../src/curves.ts";
import type { RunFinal } from "../src/finals.ts";
import { readStored, writeStored } from "../src/store.ts";
import { storedWith } from "../src/trained.ts";

const CELL = { constants: "6-4", loss: "squared of standardised", initializer: "glorot-uniform", rows: "4000" };
const TRAINED = { ...CELL, batch: 4, lr: 1e-4, model: "omoe", correlation: 0.9 };

test("what is written reads back, with six digits of each loss", async () => {
  const folder = temporaryFolder();
  const loss = { mean: 0.123456789, error: 9.87654321e-7 };
  const point: CurvePoint = { ...TRAINED, runs: 7, step: 2e6, losses: { train: loss, heldout: loss, running: loss } };
  const final: RunFinal = { ...TRAINED, run: 3, steps: 1e7, running: [0.1234564, 25], late: [0.25, 3e-5] };
  const other = { curves: [{ ...point, correlation: 1 }], finals: [] };
  writeStored(
    new Map([
      ["", { curves: [point, point], finals: [final] }],
      ["two-rows", other],
    ]),
    folder,
  );
  const read = await readStored(folder);
  expect(read.get("")?.finals).toEqual([{ ...final, running: [0.123456, 25] }]);
  const digits = { mean: 0.123457, error: 9.87654e-7 };
  for (const set of LOSS_SETS) expect(read.get("two-rows")?.curves[0]?.losses[set]).toEqual(digits);
  expect(read.get("")?.curves).toEqual(Array(2).fill({ ...point, losses: read.get("")?.curves[0]?.losses }));
});

test("a results folder adds its cells to the search, and replaces none that is as long", async () => {
  const [before, after] = [await readStored(), await storedWith(["results/paper-long"])];
  const count = (stored: typeof before) => stored.get("")?.finals.length as number;
  expect(count(before)).toBeGreaterThan(5000);
  expect(count(after) - count(before)).toBe(180); // 20 runs of three models at three correlations
  expect(after.get("two-rows")).toEqual(before.get("two-rows"));
});
