// npm run bench -- sparse: what the zeros of a table's one-hot inputs cost, on one core. A step on a table like the census
// study's, 7 numbers and 31 categories, beside one on as many numbers;
// --categories 1000 has other categories in their place.
import { parseArgs } from "node:util";
import { cellsOf } from "../src/data/table-cells.ts";
import type { InputEncoding } from "../src/data/table-inputs.ts";
import { inputCount } from "../src/data/table-inputs.ts";
import { availableKernels } from "../src/engines/cpu/native.ts";
import type { Run } from "../src/engines/engine.ts";
import { PLAIN_TRAINING } from "../src/engines/training-settings.ts";
import { type ModelName, ZOO } from "../src/models/zoo.ts";
import { keyOf } from "../src/random/key.ts";
import { normals } from "../src/random/normal.ts";
import { type Parts, timeParts } from "./parts.ts";

/** Values of the census study's categories, as `mmoe census prepare` keeps them on generated files. */
const CENSUS = "9,20,20,3,20,15,5,10,2,3,6,8,6,6,20,20,8,10,9,10,3,4,5,20,20,20,5,3,3,3,2";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "8,16,64,512" },
    categories: { type: "string", default: CENSUS },
    models: { type: "string", default: "shared-bottom,mmoe" },
  },
});
const ROWS = 4096;
const NUMBERS = 7;
const VALUES = values.categories.split(",").map(Number);

const COLUMNS: readonly InputEncoding[] = [
  ...Array.from({ length: NUMBERS }, () => ({ values: 0, gaps: false })),
  ...VALUES.map((count) => ({ values: count, gaps: false })),
];
const D = inputCount(COLUMNS);

/** A run on random rows: of categories, whose first values are the most frequent, or of D numbers. */
function runOf(name: ModelName, batch: number, isSparse: boolean): Run {
  const columns = isSparse ? COLUMNS.length : D;
  const drawn = normals(keyOf("bench/sparse"), ROWS * (columns + 2));
  const numbers = new Float64Array(drawn.length);
  for (const [i, z] of drawn.entries()) {
    const count = isSparse ? (VALUES[(i % (columns + 2)) - NUMBERS] ?? 0) : 0;
    numbers[i] = count === 0 ? z : Math.min(count - 1, Math.floor((Math.abs(z) * count) / 3));
  }
  const table = { file: "bench", sha256: "", inputs: D, tasks: 2, heldout: 0.25, standardise: true, rawLabels: false };
  return {
    id: name,
    model: ZOO[name].build({ inputs: D, tasks: 2 }),
    index: 0,
    seed: 0,
    correlation: null,
    correlationMatrix: null,
    data: {
      ...table,
      ...(isSparse && { columns: COLUMNS }),
      values: { cells: cellsOf(numbers, columns + 2, isSparse ? COLUMNS : []) },
    },
    training: {
      ...PLAIN_TRAINING,
      trainRows: 3072,
      heldoutRows: 1024,
      batch,
      steps: 1,
      lr: 1e-9,
      evalEvery: 1,
    },
  };
}

const shown = ["step", "products", "adam", "rest", "rows"] as const satisfies readonly (keyof Parts)[];
console.log(`${D} inputs, ${COLUMNS.length} of which are not 0 in a row of categories; µs per step\n`);
console.log(`| model | batch | kernels | inputs | ${shown.join(" | ")} |`);
console.log(`|${" --- |".repeat(4 + shown.length)}`);
for (const model of values.models.split(",") as ModelName[]) {
  for (const batch of values.batch.split(",").map(Number)) {
    for (const set of availableKernels().sets) {
      for (const isSparse of [false, true]) {
        const parts = timeParts(set, runOf(model, batch, isSparse));
        const times = shown.map((part) => parts[part].toFixed(1));
        console.log(`| ${[model, batch, set, isSparse ? "categories" : "numbers", ...times].join(" | ")} |`);
      }
    }
  }
}
