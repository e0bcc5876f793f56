import { expect, test } from "vitest";
import { TableSet } from "../../src/data/table-set.ts";
import type { FromTable, Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { classRun, labelsIn } from "../support/class-runs.ts";
import { someRows } from "../support/tables.ts";

test("outputBias base-rate begins outputs at the log-odds or log shares of the training labels, all else as without it", () => {
  const run = classRun({ outputBias: "base-rate" });
  const [from, zero] = [initialParameters(run), initialParameters(classRun())];
  const set = new TableSet((run as Run & FromTable).data, { seed: 0, run: 1 }, { trainRows: 45, heldoutRows: 15 });
  const labels = [...set.places("train")].map((place) => labelsIn(someRows(60)[place]));
  const shareOf = (k: number, label: number) => labels.filter((row) => row[k] === label).length / 45;
  const expected: Record<string, number[]> = {
    "towers/0": [Math.log(shareOf(0, 7) / shareOf(0, 3))],
    "towers/1": [1, 2, 5].map((label) => Math.log(shareOf(1, label))),
    "towers/2": [0],
  };
  for (const { part, kind, network, offset, size } of parameterBlocks(run.model)) {
    const [own, before] = [from, zero].map((values) => [...values.subarray(offset, offset + size)]) as [
      number[],
      number[],
    ];
    if (part !== "outputs" || kind !== "bias") expect(own).toEqual(before);
    else for (const [c, value] of own.entries()) expect(value, network).toBeCloseTo(expected[network]?.[c], 6);
  }
});
