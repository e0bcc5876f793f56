import { describe, expect, test } from "vitest";
import { permutationInto, RowOrder } from "../../src/data/order.ts";
import { mulHigh, wordsInto } from "../../src/random/philox.ts";

const KEY = [1, 2] as const;

function rowsOf(order: RowOrder, batch: number, steps: number): number[] {
  const out = new Uint32Array(batch);
  return Array.from({ length: steps }, (_, i) => {
    order.batchInto(out, i + 1);
    return [...out];
  }).flat();
}

describe("RowOrder with epochs", () => {
  test("gives every row once an epoch, epochs one after the other without a gap", () => {
    const order = rowsOf(new RowOrder(KEY, 10, "epochs"), 4, 5);
    expect(order.slice(0, 10).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(order.slice(10, 20).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(order.slice(0, 10)).not.toEqual(order.slice(10, 20));
  });

  test("can begin at any step", () => {
    const out = new Uint32Array(4);
    new RowOrder(KEY, 10, "epochs").batchInto(out, 4);
    expect([...out]).toEqual(rowsOf(new RowOrder(KEY, 10, "epochs"), 4, 4).slice(12));
  });

  test("gives a batch larger than the set", () => {
    const order = rowsOf(new RowOrder(KEY, 3, "epochs"), 7, 1);
    expect(order.slice(0, 3).sort()).toEqual([0, 1, 2]);
    expect(order.slice(3, 6).sort()).toEqual([0, 1, 2]);
  });

  test("puts each row at each place equally often", () => {
    const counts = new Array(25).fill(0) as number[];
    const epochs = 5000;
    const order = rowsOf(new RowOrder(KEY, 5, "epochs"), 5, epochs);
    order.forEach((row, i) => {
      counts[row * 5 + (i % 5)]++;
    });
    for (const count of counts) expect(Math.abs(count - epochs / 5)).toBeLessThan(4.5 * Math.sqrt(epochs * 0.16));
  });
});

test("RowOrder with replacement draws every row equally often, and some twice in a batch", () => {
  const order = rowsOf(new RowOrder(KEY, 6, "replacement"), 6, 1000);
  for (let row = 0; row < 6; row++) {
    const count = order.filter((value) => value === row).length;
    expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(6000 * (1 / 6) * (5 / 6)));
  }
  expect(new Set(order.slice(0, 6)).size).toBeLessThan(6);
});

test("permutationInto(out, key, counter) shuffles many rows as Fisher and Yates do with all words of the stream in memory", () => {
  const rows = 150_001;
  const words = new Uint32Array(rows);
  wordsInto(words, KEY, 0, 3);
  const expected = Array.from(words.keys());
  for (let i = rows - 1; i > 0; i--) {
    const j = mulHigh(words[i], i + 1);
    [expected[i], expected[j]] = [expected[j], expected[i]];
  }
  expect([...permutationInto(new Uint32Array(rows), KEY, 3)]).toEqual(expected);
});
