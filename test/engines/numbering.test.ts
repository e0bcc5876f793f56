import { expect, test } from "vitest";
import { numbering } from "../../src/engines/numbering.ts";

test("numbering(partOf) gives values of equal parts one number, and others another", () => {
  const numberOf = numbering(({ batch, lr }: { batch: number; lr: number; steps: number }) => [batch, lr]);
  const first = { batch: 64, lr: 0.01, steps: 100 };
  const others = [
    { ...first, steps: 200 },
    { ...first, lr: 0.1 },
    { ...first, batch: 32 },
  ];
  expect([first, ...others, first].map(numberOf)).toEqual([0, 0, 1, 2, 0]);
});

test("numbering(partOf) looks once at each object", () => {
  let looked = 0;
  const numberOf = numbering((value: { batch: number }) => {
    looked++;
    return value;
  });
  const settings = { batch: 64 };
  for (let i = 0; i < 5; i++) numberOf(settings);
  expect(looked).toBe(1);
});

test("the rows of tables are not compared, which may have billions of bytes, but their ids are", () => {
  const number = numbering((values: object) => values);
  const table = (id: number, first: number) => ({ id, columns: [Float32Array.of(first)] });
  expect([number(table(1, 2)), number(table(1, 3)), number(table(4, 2))]).toEqual([0, 0, 1]);
});
