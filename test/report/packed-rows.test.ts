import { expect, test } from "vitest";
import { packedRows } from "../../src/report/packed-rows.ts";

test("packedRows(rows) has a column's texts with how many rows in a row have each", () => {
  const rows = ["a", "a", null, "b"].map((model) => ({ model }));
  expect(packedRows(rows)).toEqual([
    {
      name: "model",
      texts: [
        ["a", 2],
        ["", 1],
        ["b", 1],
      ],
    },
  ]);
});

test("packedRows(rows) has differences of numbers, to seven digits of the largest", () => {
  expect(packedRows([{ loss: 0.1234567891 }, { loss: 0.1234566 }])).toEqual([
    { name: "loss", digits: 7, numbers: "worrCF" }, // 1234568, -2 in base64 VLQ
  ]);
  expect(packedRows([{ step: 0 }, { step: 16 }, { step: 15 }])).toEqual([{ name: "step", digits: 0, numbers: "AgBD" }]);
});

test("packedRows(rows) has numbers of more than seven places in tens, hundreds and so on", () => {
  expect(packedRows([{ flop: 1_234_567_891 }])).toEqual([{ name: "flop", digits: -3, numbers: "worrC" }]);
});

test("packedRows(rows) says how many rows have a number and how many have none", () => {
  const paper = [Number.NaN, 5, 5, null, 0];
  expect(packedRows(paper.map((loss) => ({ loss })))).toEqual([
    { name: "loss", digits: 0, numbers: "KAL", gaps: [0, 1, 2, 1, 1] },
  ]);
});
