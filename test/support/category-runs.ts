// Runs on a table most of whose inputs are 0 in a row.
import { cellsOf } from "../../src/data/table-cells.ts";
import { type InputEncoding, inputCount } from "../../src/data/table-inputs.ts";
import type { Run } from "../../src/engines/engine.ts";
import { type ModelName, ZOO } from "../../src/models/zoo.ts";
import { keyOf } from "../../src/random/key.ts";
import { uniforms } from "../../src/random/philox.ts";
import { tableOf, tableRun } from "./tables.ts";

const ROWS = 160;
/** A number, a number with gaps, then categories of 20, 13 (with gaps) and 9 values: 46 inputs, up to 6 of which are not 0. */
const COLUMNS: readonly InputEncoding[] = [
  { values: 0, gaps: false },
  { values: 20, gaps: false },
  { values: 0, gaps: true },
  { values: 13, gaps: true },
  { values: 9, gaps: false },
];
export function categoryTable(columns = COLUMNS) {
  const width = columns.length + 2;
  const random = uniforms(keyOf("test/sparse-rows"), ROWS * width);
  const numbers = new Float64Array(ROWS * width);
  for (const [i, u] of random.entries()) {
    const { values = 0, gaps = false } = columns[i % width] ?? {};
    numbers[i] = gaps && u > 0.9 ? Number.NaN : values > 0 ? Math.floor(u * values) : 4 * u - 2;
  }
  return tableOf(ROWS, { columns, inputs: inputCount(columns), values: { cells: cellsOf(numbers, width, columns) } });
}

/** A category of so many values that an update adds a row's inputs alone, then a number: 402 inputs, 2 of which are not 0. */
const MANY: readonly InputEncoding[] = [
  { values: 400, gaps: true },
  { values: 0, gaps: false },
];

/** Runs of these models on the same rows, or on rows of a category of 400 values if there are `many`. */
export const categoryRuns = (
  models: readonly ModelName[],
  training: Parameters<typeof tableRun>[1],
  { many = false } = {},
): Run[] =>
  models.map((name) => {
    const rows = { trainRows: 120, heldoutRows: 40, steps: 7, evalEvery: 3 };
    const columns = many ? MANY : COLUMNS;
    const inputs = inputCount(columns);
    const run = tableRun(
      { model: ZOO[name].build({ inputs, tasks: 2 }), data: categoryTable(columns) },
      { ...rows, ...training },
    );
    return { ...run, id: `${name}/000` };
  });
