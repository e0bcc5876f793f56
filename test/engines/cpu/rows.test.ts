import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import { RowOrder } from "../../../src/data/order.ts";
import { dataKey } from "../../../src/data/streams.ts";
import { TaskSet } from "../../../src/data/task-set.ts";
import { Arena } from "../../../src/engines/cpu/arena.ts";
import { planBundle } from "../../../src/engines/cpu/bundle.ts";
import { Data } from "../../../src/engines/cpu/data.ts";
import { inputPanelBytes, LINE, panelIndex } from "../../../src/engines/cpu/panels.ts";
import { keyOf } from "../../../src/random/key.ts";
import { normalsInto } from "../../../src/random/normal.ts";
import { range } from "../../support/reference.ts";
import { machine } from "./lone-run.ts";
import { runOf } from "./runs.ts";

test("normals(...) of the kernels are the bits of normalsInto, 200,000 of them", () => {
  const [D, P] = [102, 250];
  const arena = new Arena();
  const out = arena.take(P * inputPanelBytes(D));
  machine.reserve(arena.bytes);
  const key = keyOf("kernels");
  machine.kernels.normals(out, inputPanelBytes(D), D, P, 40, 7, ...key);
  const panels = machine.float32(out, (P * inputPanelBytes(D)) / 4);
  const expected = new Float32Array(D);
  for (let row = 0; row < 8 * P; row++) {
    normalsInto(expected, key, 40 + row, 7);
    const actual = Float32Array.from(expected, (_, d) => panels[panelIndex(row, d, 104)] as number);
    expect(bits(actual)).toEqual(bits(expected));
  }
});

describe.each(["fresh", 61] as const)("trainRows %s", (trainRows) => {
  const run = runOf({ model: "omoe", training: { trainRows, batch: 13, heldoutRows: 21 }, index: 3 });
  const correlations = [0.25, 1];
  const runs = correlations.map((correlation) => ({ ...run, correlation }));

  function loaded() {
    const { arena, data: plan } = planBundle(runs);
    machine.reserve(arena.bytes);
    arena.writeTo(machine.memory);
    return { plan, data: new Data(machine, plan, run) };
  }

  /** Rows of panels of N columns as [count][columns]. */
  function rowsAt(at: number, N: number, columns: number, count: number): Float32Array {
    const values = machine.float32(at, Math.ceil(count / 8) * 8 * N);
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
    new RowOrder(dataKey({ seed: run.seed, run: run.index }, "order"), trainRows, "epochs").batchInto(order, step);
    const pick = (values: Float32Array, width: number) =>
      Float32Array.from([...order].flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
    return { x: pick(set.x, 100), y: pick(set.y, 2) };
  }
});

function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
