// npx tsx bench/table/make-table.ts FILE [--rows N] [--seed S]: a Parquet file as recommenders have them, with 20 columns of numbers,
// 20 of categories and two binary labels, both of which depend on the same sum of effects and on one of their own.
import { parseArgs } from "node:util";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { type Xoshiro, xoshiroOf } from "../../src/random/xoshiro.ts";

const NUMBERS = 20;
/** Values of each category, of fewer rows not more than these: of five 100,000, of one a million. */
const VALUES = [
  10,
  20,
  30,
  50,
  70,
  100,
  150,
  200,
  300,
  400,
  500,
  600,
  800,
  1000,
  ...Array(5).fill(1e5),
  1e6,
] as number[];
const GROUP_ROWS = 100_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string", default: "1000000" }, seed: { type: "string", default: "0" } },
});
const [file] = positionals;
if (file === undefined) throw new Error("make-table: expected the path of the Parquet file to write");
writeTable(file, Number(values.rows), values.seed);

function writeTable(path: string, rows: number, seed: string): void {
  const column = (name: string, type: "FLOAT" | "INT32") => ({ name, type, repetition_type: "REQUIRED" }) as const;
  const text = (name: string) =>
    ({ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" }) as const;
  const schema = [
    ...Array.from({ length: NUMBERS }, (_, i) => column(`x_number${i + 1}`, "FLOAT")),
    ...VALUES.map((count, i) => text(`x_category${i + 1}_${count}`)),
    column("y_click", "INT32"),
    column("y_buy", "INT32"),
  ];
  const counts = VALUES.map((count) => Math.min(count, rows));
  const root = { name: "rows", num_children: schema.length };
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: [root, ...schema] });
  for (let first = 0; first < rows; first += GROUP_ROWS) {
    const data = groupOf(counts, Math.min(GROUP_ROWS, rows - first), xoshiroOf(`bench/table/${seed}/${first}`));
    writer.write({
      columnData: schema.map(({ name }, i) => ({ name, data: data[i] as unknown[] })),
      rowGroupSize: GROUP_ROWS,
    });
  }
  writer.finish();
}

/** The columns of a group of rows. */
function groupOf(counts: readonly number[], rows: number, random: Xoshiro): ArrayLike<unknown>[] {
  const uniform = () => random.next() * 2 ** -32;
  const numbers = Array.from({ length: NUMBERS }, () => Float32Array.from({ length: rows }, () => 2 * uniform() - 1));
  // few values are frequent, most are rare
  const places = counts.map((count) => Uint32Array.from({ length: rows }, () => Math.floor(count * uniform() ** 4)));
  const labels = [new Int32Array(rows), new Int32Array(rows)] as const;
  for (let n = 0; n < rows; n++) {
    const [shared, own] = [0, 1].map((task) => effectsOf(task, numbers, places, n)) as [number, number];
    labels[0][n] = Number(uniform() < logistic(shared - 1));
    labels[1][n] = Number(uniform() < logistic(0.7 * shared + 0.7 * own - 2));
  }
  const texts = places.map((column, i) => Array.from(column, (place) => `c${i}-${place.toString(36)}`));
  return [...numbers, ...texts, ...labels];
}

function effectsOf(task: number, numbers: readonly Float32Array[], places: readonly Uint32Array[], n: number): number {
  let sum = 0;
  for (let i = 0; i < NUMBERS; i += 2) {
    const [a, b] = [numbers[i]?.[n], numbers[i + 1]?.[n]];
    sum += 0.5 * (task === 0 ? a + a * b : Math.sin(3 * b));
  }
  for (let i = 0; i < places.length; i++) sum += 0.5 * effect(i + 100 * task, places[i]?.[n]);
  return sum;
}

/** A number from -1 to 1 that belongs to a value of a column. */
function effect(column: number, value: number): number {
  const mixed = Math.imul(value + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) * 2 ** -31;
}

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
