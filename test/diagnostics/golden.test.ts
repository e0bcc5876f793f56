import { expect, test } from "vitest";
import { Diagnosis } from "../../src/diagnostics/diagnosis.ts";
import { someParameters } from "../support/specs.ts";
import { ROWS, SMALL_RUNS } from "./golden/cases.ts";
import { GOLDEN } from "./golden/golden.ts";

test.each(SMALL_RUNS.map((run) => ({ run, name: run.model.name })))(
  "what is measured of $name is what its definition gives in an independent program",
  ({ run, name }) => {
    const found = new Diagnosis(run).at(someParameters(run.model));
    const expected = GOLDEN[name] as Record<string, number>;
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [quantity, value] of Object.entries(found)) expect(value, quantity).toBeCloseTo(expected[quantity], 9);
  },
);

test(`a diagnosis takes the first ${ROWS} held-out rows`, () => {
  const [run] = SMALL_RUNS as [(typeof SMALL_RUNS)[number]];
  const parameters = someParameters(run.model);
  const of = (heldoutRows: number) =>
    new Diagnosis({ ...run, training: { ...run.training, heldoutRows } }).at(parameters);
  expect(of(5000)).toEqual(of(ROWS));
  expect(of(ROWS - 1).affinity).not.toBe(of(ROWS).affinity);
});
