// Labels that follow each other: a row that lacks one has none of the later ones.
import { CellReader, type TableCells } from "../data/table-cells.ts";
import { UsageError } from "../errors.ts";
import type { LabelClasses } from "./label-column.ts";

/** What a label's column holds. */
export interface LabelContents {
  readonly classes: LabelClasses;
  /** How many rows have none. */
  readonly gaps: number;
  readonly variance: number;
  /** How many rows had the second class after the first of an earlier label of a funnel. */
  readonly strays?: number;
}

/** A column of labels among a table's cells. */
interface Label {
  readonly name: string;
  readonly column: number;
  readonly contents: LabelContents;
}

/**
 * Makes a label of a funnel the product of it and those before: where the one before is of the first class, it is, too, whatever its cell
 * says. Changes cells, and gives what each label of the funnel holds then. Throws UsageError, by the name `source`, for more or fewer
 * than two classes, and for a label that no row is left with.
 */
export function multiplied(funnel: readonly Label[], cells: TableCells, source: string): LabelContents[] {
  const reader = new CellReader(cells, cells.words);
  const odd = funnel.find(({ contents }) => contents.classes?.length !== 2);
  if (odd) {
    const got = odd.contents.classes?.length ?? "many";
    throw new UsageError(`${source}: funnel: ${odd.name}: expected 2 different values, got ${got}`);
  }
  return funnel.map(({ name, column, contents }, i) => {
    if (i === 0) return contents;
    const before = funnel[i - 1] as Label;
    const [first, none] = [codes(before.contents)[0], codes(contents)];
    const set = setter(cells, column);
    let [gaps, strays, ones, zeros] = [contents.gaps, 0, 0, 0];
    for (let row = 0; row < cells.rows; row++) {
      const own = reader.number(row, column);
      const isNone = reader.number(row, before.column) === first;
      if (isNone) {
        if (Number.isNaN(own)) gaps--;
        else if (own !== none[0]) strays++;
        set(row, none[0]);
      }
      if (isNone || own === none[0]) zeros++;
      else if (own === none[1]) ones++;
    }
    if (ones === 0) throw new UsageError(`${source}: funnel: no row has both ${before.name} and ${name}`);
    const variance = ((none[1] - none[0]) ** 2 * ones * zeros) / (ones + zeros) ** 2;
    return { ...contents, gaps, variance, strays };
  });
}

/** The numbers of both classes in cells: of texts their places. */
function codes({ classes }: LabelContents): [number, number] {
  return (classes ?? []).map((one, place) => (typeof one === "number" ? one : place)) as [number, number];
}

/** Sets the number of a row in a column. */
function setter({ width, columns, words }: TableCells, column: number): (row: number, value: number) => void {
  const { kind, at } = columns[column];
  const size = kind === "float64" ? 2 : 1;
  const view = size === 2 ? new Float64Array(words) : kind === "text" ? new Int32Array(words) : new Float32Array(words);
  return (row, value) => {
    view[(row * width + at) / size] = value;
  };
}
