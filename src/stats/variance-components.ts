import { xoshiroOf } from "../random/xoshiro.ts";
import { bcaInterval } from "./bootstrap.ts";
import { type Estimate, LEAST_SHOWN, NO_INTERVAL } from "./estimate.ts";
import { mean } from "./moments.ts";

/** Values of two crossed factors, [rows][columns]: one for each pair of levels. */
export type CrossedTable = readonly Float64Array[];

/** Variances of y_ri = mean + row_r + column_i + rest_ri, all drawn independently. */
interface Components {
  readonly rows: number;
  readonly columns: number;
  /** Of the interaction, and of chance within a pair of levels: each has one value, so these are not told apart. */
  readonly rest: number;
}

type ComponentName = keyof Components;

/** The components, and their shares of their sum, each with a 95 % interval. */
export interface VarianceComponents {
  readonly variance: Readonly<Record<ComponentName, Estimate>>;
  readonly share: Readonly<Record<ComponentName, Estimate>>;
}

/** As many as the bootstrap of runs has. */
const RESAMPLES = 10_000;

/**
 * Components of a two-way table with random rows and columns: the estimators of the analysis of variance (Searle, Casella
 * and McCulloch, "Variance Components", 1992, chapter 4), 0 where they are negative. Intervals by a bootstrap of both factors:
 * rows and columns are drawn with replacement, each with its effects, which are scaled to the estimated variances
 * (Carpenter, Goldstein and Rasbash, Applied Statistics 52, 2003), bias-corrected and accelerated. NaN for fewer than two
 * rows or columns; no interval for fewer than five.
 */
export function varianceComponents(table: CrossedTable): VarianceComponents {
  const [R, C] = sizeOf(table);
  const value = componentsOf(table);
  const shares = sharesOf(value);
  if (Math.min(R, C) < LEAST_SHOWN || Number.isNaN(shares.rest)) {
    const without = (of: Components) => each((name) => ({ value: of[name], ...NO_INTERVAL }));
    return { variance: without(value), share: without(shares) };
  }
  const replicates = resampled(table, value);
  const jackknife = leftOut(table);
  const estimates = (of: (components: Components) => Components) =>
    each((name): Estimate => {
      const own = Float64Array.from(replicates, (one) => of(one)[name]);
      const without = Float64Array.from(jackknife.flatMap((some) => centred(some.map((one) => of(one)[name]))));
      const whole = of(value)[name];
      return { value: whole, ...bcaInterval({ value: whole, replicates: own, jackknife: without }) };
    });
  return { variance: estimates((one) => one), share: estimates(sharesOf) };
}

function each<T>(of: (name: ComponentName) => T): Record<ComponentName, T> {
  return { rows: of("rows"), columns: of("columns"), rest: of("rest") };
}

/** R and C. RangeError for rows of different lengths. */
function sizeOf(table: CrossedTable): [number, number] {
  const C = table[0]?.length ?? 0;
  const odd = table.find(({ length }) => length !== C);
  if (odd) throw new RangeError(`varianceComponents: expected rows of one length, got ${C} and ${odd.length}`);
  return [table.length, C];
}

/** The parts of each value: those of its row and column, and the rest, [R], [C] and [R][C]; each sums to 0. */
interface Effects {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly rest: CrossedTable;
}

function effectsOf(table: CrossedTable): Effects {
  const [R, C] = sizeOf(table);
  const centre = mean(table.map(mean));
  const rows = Float64Array.from(table, (row) => mean(row) - centre);
  const columns = new Float64Array(C);
  for (const row of table) for (let i = 0; i < C; i++) columns[i] += row[i] / R;
  for (let i = 0; i < C; i++) columns[i] -= centre;
  const rest = table.map((row, r) => row.map((y, i) => y - centre - rows[r] - columns[i]));
  return { rows, columns, rest };
}

/** By sums of squares alone: it is called for each resample. */
function componentsOf(table: CrossedTable): Components {
  const [R, C] = sizeOf(table);
  const columns = new Float64Array(C);
  const origin = table[0]?.[0] ?? 0; // near the values, so that no digits are lost
  let [total, squares, ofRows] = [0, 0, 0];
  for (const row of table) {
    let sum = 0;
    for (let i = 0; i < C; i++) {
      const y = row[i] - origin;
      sum += y;
      squares += y * y;
      columns[i] += y;
    }
    total += sum;
    ofRows += (sum * sum) / C;
  }
  let ofColumns = 0;
  for (let i = 0; i < C; i++) ofColumns += columns[i] ** 2 / R;
  const ofMean = (total * total) / (R * C);
  const rest = Math.max(0, squares - ofRows - ofColumns + ofMean) / ((R - 1) * (C - 1));
  return {
    rows: Math.max(0, ((ofRows - ofMean) / (R - 1) - rest) / C),
    columns: Math.max(0, ((ofColumns - ofMean) / (C - 1) - rest) / R),
    rest,
  };
}

/** NaN where all values are equal. */
function sharesOf({ rows, columns, rest }: Components): Components {
  const sum = rows + columns + rest;
  return { rows: rows / sum, columns: columns / sum, rest: rest / sum };
}

/** Components of tables of drawn rows and columns. */
function resampled(table: CrossedTable, value: Components): Components[] {
  const [R, C] = sizeOf(table);
  const effects = effectsOf(table);
  const rows = scaled(effects.rows, value.rows);
  const columns = scaled(effects.columns, value.columns);
  const square = mean(effects.rest.map((row) => mean(row.map((e) => e ** 2))));
  const size = square === 0 ? 0 : Math.sqrt(value.rest / square);
  const random = xoshiroOf(`mmoe/variance/rows=${R}/columns=${C}`);
  const drawn = table.map(() => new Float64Array(C));
  return Array.from({ length: RESAMPLES }, () => {
    const chosen = columns.map(() => random.below(C));
    for (const row of drawn) {
      const r = random.below(R);
      for (let i = 0; i < C; i++) {
        const c = chosen[i];
        row[i] = rows[r] + columns[c] + size * effects.rest[r][c];
      }
    }
    return componentsOf(drawn);
  });
}

/** Effects whose mean square is `variance`; 0 where they are all equal. */
function scaled(effects: Float64Array, variance: number): Float64Array {
  const square = mean(effects.map((effect) => effect ** 2));
  return effects.map((effect) => (square === 0 ? 0 : effect * Math.sqrt(variance / square)));
}

/** Components without each row in turn, and without each column. */
function leftOut(table: CrossedTable): [Components[], Components[]] {
  return [
    table.map((_, r) => componentsOf(table.filter((_, other) => other !== r))),
    Array.from(table[0] ?? [], (_, c) => componentsOf(table.map((row) => row.filter((_, other) => other !== c)))),
  ];
}

function centred(values: readonly number[]): number[] {
  const centre = mean(values);
  return values.map((value) => value - centre);
}
