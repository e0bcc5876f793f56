import type { Rows } from "../../data/task-set.ts";
import { thousands } from "../../units.ts";
import { table } from "./table.ts";

/** Rows, inputs and labels that a terminal shows: 80 columns hold them. */
const SHOWN = { rows: 10, inputs: 4, labels: 3 };

interface Preview {
  /** Rows in all. */
  readonly rows: number;
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
}

/** The first of the rows, as a table for people: x [B, D], y [B, K], of which B may be less than `rows`. */
export function rowsPreview({ x, y }: Rows, { rows, inputs, tasks }: Preview): string {
  const columns = [...columnsOf("x", x, inputs, SHOWN.inputs), ...columnsOf("y", y, tasks, SHOWN.labels)];
  const shown = Math.min(rows, SHOWN.rows, y.length / tasks);
  const body = Array.from({ length: shown }, (_, n) => columns.map(({ of }) => of(n)));
  return table([columns.map(({ name }) => name), ...body]);
}

/** What a preview leaves out, e.g. `10 of 500 rows, 4 of 100 inputs`; undefined for nothing. */
export function leftOut({ rows, inputs, tasks }: Preview): string | undefined {
  const counts: [number, number, string][] = [
    [SHOWN.rows, rows, "rows"],
    [SHOWN.inputs, inputs, "inputs"],
    [SHOWN.labels, tasks, "labels"],
  ];
  const less = counts.filter(([shown, all]) => shown < all);
  return less.length === 0
    ? undefined
    : less.map(([shown, all, what]) => `${shown} of ${thousands(all)} ${what}`).join(", ");
}

interface Column {
  readonly name: string;
  /** The text in row n. */
  readonly of: (n: number) => string;
}

/** The first columns of `values`, which has `width`, and dots for others. */
function columnsOf(letter: string, values: Float32Array, width: number, most: number): Column[] {
  const columns = Array.from({ length: Math.min(width, most) }, (_, c) => ({
    name: `${letter}${c + 1}`,
    of: (n: number) => (values[n * width + c] as number).toFixed(4),
  }));
  return width > most ? [...columns, { name: "...", of: () => "" }] : columns;
}
