import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import { RowOrder } from "../../../src/data/order.ts";
import { dataKey } from "../../../src/data/streams.ts";
import { TaskSet } from "../../../src/data/task-set.ts";
import { planBundle } from "../../../src/engines/cpu/bundle.ts";
import { BundleRows } from "../../../src/engines/cpu/bundle-rows.ts";
import { Arena } from "../../../src/engines/rows/arena.ts";
import { inputPanelBytes, LINE, panelIndex } from "../../../src/engines/rows/panels.ts";
import { keyOf } from "../../../src/random/key.ts";
import { normalsInto } from "../../../src/random/normal.ts";
import { range } from "../../support/reference.ts";
import { wasm } from "./lone-run.ts";
import { runOf } from "./runs.ts";

test("normals(...) of the kernels are the bits of normalsInto, 200,000 of them", () => {
  const [D, P] = [102, 250];
  const arena = new Arena();
  const out = arena.take(P * inputPanelBytes(D));
  wasm.reserve(arena.bytes);
  const key = keyOf("kernels");
  wasm.kernels.normals(out, inputPanelBytes(D), D, P, 40, 7, ...key);
  const panels = wasm.float32(out, (P * inputPanelBytes(D)) / 4);
  const expected = new Float32Array(D);
  for (let row = 0; row < 8 * P; row++) {
    normalsInto(expected, key, 40 + row, 7);
    const actual = Float32Array.from(expected, (_, d) => panels[panelIndex(row, d, 104)] as number);
    expect(bits(actual)).toEqual(bits(expected));
  }
});

describe.each([
  ["fresh", "epochs"],
  [61, "epochs"],
  [61, "replacement"],
] as const)("trainRows %s, sampling %s", (trainRows, sampling) => {
  const run = runOf({ model: "omoe", training: { trainRows, sampling, batch: 13, heldoutRows: 21 }, index: 3 });
  const correlations = [0.25, 1];
  const runs = correlations.map((correlation) => ({ ...run, correlation }));

  function loaded() {
    const { arena, rows: plan } = planBundle(runs);
    wasm.reserve(arena.bytes);
    arena.writeTo(wasm.memory);
    return { plan, data: new BundleRows(wasm, plan, run) };
  }

  /** Rows of panels of N columns as [count][columns]. */
  function rowsAt(at: number, N: number, columns: number, count: number): Float32Array {
    const values = wasm.float32(at, Math.ceil(count / 8) * 8 * N);
    return Float32Array.from({ length: count * columns }, (_, i) => {
      return values[panelIndex(Math.floor(i / columns), i % columns, N)] as number;
    });
  }

  test("the held-out rows and labels are the bits of TaskSet's", () => {
    const { plan } = loaded();
    plan.labels.forEach(({ correlation, heldout }) => {
      const { x, y } = new TaskSet(run.data, correlationMatrix(2, correlation), {
        seed: run.seed,
        run: run.index,
      }).rows("heldout", 21);
      expect(bits(rowsAt(plan.heldout, 100, 100, 21))).toEqual(bits(x));
      expect(bits(rowsAt(heldout, 2, 2, 21))).toEqual(bits(y));
    });
  });

  test("the rows and labels of each step are the bits of TaskSet's, in RowOrder's order", () => {
    const { plan, data } = loaded();
    data.load(4, 3);
    plan.labels.forEach(({ correlation, chunk }) => {
      const pair = new TaskSet(run.data, correlationMatrix(2, correlation), { seed: run.seed, run: run.index });
      for (const s of range(3)) {
        const { x, y } = expectedStep(pair, 4 + s);
        expect(bits(rowsAt(plan.chunk + s * plan.panels * 100 * LINE, 100, 100, 13))).toEqual(bits(x));
        expect(bits(rowsAt(chunk + s * plan.panels * 2 * LINE, 2, 2, 13))).toEqual(bits(y));
      }
    });
  });

  function expectedStep(pair: TaskSet, step: number) {
    if (trainRows === "fresh") return pair.rows("train", 13, step);
    const set = pair.rows("train", trainRows);
    const order = new Uint32Array(13);
    new RowOrder(dataKey({ seed: run.seed, run: run.index }, "order"), trainRows, sampling).batchInto(order, step);
    const pick = (values: Float32Array, width: number) =>
      Float32Array.from([...order].flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
    return { x: pick(set.x, 100), y: pick(set.y, 2) };
  }
});

function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
