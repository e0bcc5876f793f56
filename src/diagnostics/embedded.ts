import { type ParameterBlock, parameterBlocks, tablesName } from "../models/parameters.ts";
import { type ModelSpec, plainInputs, readInputs } from "../models/spec.ts";
import type { Tape, Units } from "./tape.ts";

/** Rows [N, D], the last inputs of which are numbers of vectors → [N, read]: the plain inputs, then the vectors of tables `set`. */
export function embedded(tape: Tape, spec: ModelSpec, rows: Units, set: number): Units {
  const [D, plain, width] = [spec.inputs, plainInputs(spec), readInputs(spec)];
  const tables = parameterBlocks(spec).filter(({ network }) => network === tablesName(set));
  const out = new Float64Array(tape.rows * width);
  for (let n = 0; n < tape.rows; n++) out.set(rows.values.subarray(n * D, n * D + plain), n * width);
  const eachNumber = (visit: (at: number, i: number, table: ParameterBlock) => void) => {
    for (let n = 0; n < tape.rows; n++) {
      let at = n * width + plain;
      for (const [t, table] of tables.entries()) {
        const size = table.shape[1] as number;
        const first = (rows.values[n * D + plain + t] as number) * size;
        for (let j = 0; j < size; j++) visit(at++, first + j, table);
      }
    }
  };
  eachNumber((at, i, table) => {
    out[at] = tape.value(table)[i] as number;
  });
  return tape.units(out, (gradient) => {
    eachNumber((at, i, table) => {
      const to = tape.gradientAt(table);
      if (to) to[i] = (to[i] as number) + (gradient[at] as number);
    });
  });
}
