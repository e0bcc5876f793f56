import { describe, expect, test } from "vitest";
import { layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import { planRunGroup } from "../../../src/engines/cpu/run-group.ts";
import { RunGroupRows } from "../../../src/engines/cpu/run-group-rows.ts";
import type { Run } from "../../../src/engines/engine.ts";
import { Arena } from "../../../src/engines/rows/arena.ts";
import { columnBytes, inputPanelBytes, PANELS, panelIndex, panelsOf } from "../../../src/engines/rows/panels.ts";
import { keyOf } from "../../../src/random/key.ts";
import { normalsInto } from "../../../src/random/normal.ts";
import { pearson } from "../../../src/stats/moments.ts";
import { range } from "../../support/reference.ts";
import { batchAt, taskSetOf } from "../../support/runs.ts";
import { wasm } from "./lone-run.ts";
import { runOf } from "./runs.ts";

/** Row after row. */
const FEW_ROWS = layoutOf("wasm", 1);

test.each([1, 3, 5, 8, 13])("normals(...) of %i rows a step, one after the other, end at the last row", (perStep) => {
  const [D, count] = [6, 21];
  const stride = inputPanelBytes(D, FEW_ROWS);
  const arena = new Arena();
  const out = arena.take((count + 8) * stride);
  wasm.reserve(arena.bytes);
  const values = wasm.float32(out, ((count + 8) * stride) / 4).fill(9);
  const key = keyOf("steps");
  wasm.kernels.normals(out, stride, D, count, 0, 4, perStep, ...key, FEW_ROWS.panelRows);
  const expected = new Float32Array(D);
  for (const row of range(count)) {
    normalsInto(expected, key, row % perStep, 4 + Math.floor(row / perStep));
    expect(bits(values.slice(8 * row, 8 * row + D))).toEqual(bits(expected));
  }
  expect(values.slice(8 * count).every((value) => value === 9)).toBe(true);
});

describe.each([
  ["fresh", "epochs", 2, PANELS],
  [61, "epochs", 2, PANELS],
  [61, "replacement", 2, PANELS],
  ["fresh", "epochs", 3, PANELS],
  [61, "epochs", 5, PANELS],
  ["fresh", "epochs", 1, FEW_ROWS],
  [61, "replacement", 2, FEW_ROWS],
  ["fresh", "epochs", 4, FEW_ROWS],
  [61, "epochs", 5, FEW_ROWS],
] as const)("trainRows %s, sampling %s, %i tasks, layout %j", (trainRows, sampling, K, layout) => {
  const runsWith = (training: Partial<Run["training"]>) =>
    [0.25, 1].map((correlation) => runOf({ model: "omoe", tasks: K, training, index: 3, correlation }));
  const training = { trainRows, sampling, batch: 13, heldoutRows: 21 };
  const runs = runsWith(training);

  function loaded(group = runs) {
    const { arena, rows: plan, labels } = planRunGroup(group, "wasm", { layout });
    wasm.reserve(arena.bytes);
    arena.writeTo(wasm.memory);
    return { plan, labels, data: new RunGroupRows(wasm, plan, group[0]) };
  }

  /** Rows of panels of N columns as [count][columns]. */
  function rowsAt(at: number, N: number, columns: number, count: number): Float32Array {
    const values = wasm.float32(at, panelsOf(count, layout) * layout.panelRows * N);
    return Float32Array.from({ length: count * columns }, (_, i) => {
      return values[panelIndex(Math.floor(i / columns), i % columns, N, layout)];
    });
  }

  test("the held-out rows and labels are the bits of TaskSet's", () => {
    const { plan, labels } = loaded();
    expect(labels).toHaveLength(2);
    labels.forEach(({ heldout }, i) => {
      const { x, y } = taskSetOf(runs[i]).rows("heldout", 21);
      expect(bits(rowsAt(plan.heldout, 100, 100, 21))).toEqual(bits(x));
      expect(bits(rowsAt(heldout, K, K, 21))).toEqual(bits(y));
    });
  });

  if (trainRows !== "fresh")
    test("validation rows are behind the test rows, and are those after the training rows", () => {
      const [heldoutRows, validationRows] = [531, 272]; // they begin within a panel of the second slice
      const group = runsWith({ ...training, heldoutRows, validationRows });
      const { plan, labels } = loaded(group);
      labels.forEach(({ heldout }, i) => {
        const set = taskSetOf(group[i]);
        const [tested, validated] = [set.rows("heldout", 259), set.rows("train", 272, 0, Number(trainRows))];
        const x = rowsAt(plan.heldout, 100, 100, heldoutRows);
        expect(bits(x.slice(0, 25_900))).toEqual(bits(tested.x));
        expect(bits(x.slice(25_900))).toEqual(bits(validated.x));
        const y = rowsAt(heldout, K, K, heldoutRows);
        expect(bits(y.slice(0, 259 * K))).toEqual(bits(tested.y));
        expect(bits(y.slice(259 * K))).toEqual(bits(validated.y));
      });
    });

  test("the rows and labels of each step are the bits of TaskSet's, in RowOrder's order", () => {
    const { plan, labels, data } = loaded();
    data.load(4, 3);
    labels.forEach(({ chunk }, i) => {
      for (const s of range(3)) {
        const { x, y } = batchAt(runs[i], 4 + s);
        expect(bits(rowsAt(plan.chunk + s * plan.panels * 100 * columnBytes(layout), 100, 100, 13))).toEqual(bits(x));
        expect(bits(rowsAt(chunk + s * plan.panels * K * columnBytes(layout), K, K, 13))).toEqual(bits(y));
      }
    });
  });

  test("labelCorrelations(labels) are those of each pair of tasks, in order", () => {
    const { labels, data } = loaded();
    const [set, count] = trainRows === "fresh" ? (["heldout", 21] as const) : (["train", 61] as const);
    labels.forEach((plan, i) => {
      const { y } = taskSetOf(runs[i]).rows(set, count);
      const task = (k: number) => y.filter((_, at) => at % K === k);
      const pairs = range(K).flatMap((j) => range(K - j - 1).map((i) => [j, j + 1 + i] as const));
      expect(data.labelCorrelations(plan)).toEqual(pairs.map(([j, k]) => pearson(task(j), task(k))));
    });
  });
});

function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
