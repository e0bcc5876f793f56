import { expect, test } from "vitest";
import { npyHeader } from "../../src/cli/rows-output.ts";

/**
 * By NumPy 2.4.6, but for the spaces before the end of the line:
 * a = np.zeros((3, 5), [("x", "<f4", (4,)), ("towers/0/output/kernel", "<f4", (2, 1))]); np.save("a.npy", a); and its shape ()
 */
const DESCR = "'descr': [('x', '<f4', (4,)), ('towers/0/output/kernel', '<f4', (2, 1))], 'fortran_order': False";
const FIELDS = [
  { name: "x", shape: [4] },
  { name: "towers/0/output/kernel", shape: [2, 1] },
];

test.each([
  [[3, 5], "(3, 5)"],
  [[7], "(7,)"],
  [[], "()"],
])("npyHeader(fields, %j) is NumPy's, and a multiple of 64 bytes", (shape, text) => {
  const header = Buffer.from(npyHeader(FIELDS, shape));
  expect([...header.subarray(0, 8)]).toEqual([0x93, ...Buffer.from("NUMPY"), 1, 0]);
  expect(header.readUInt16LE(8)).toBe(header.length - 10);
  expect(header.length % 64).toBe(0);
  expect(header.toString("latin1", 10)).toMatch(/^[^ ].*[^ ] *\n$/);
  expect(header.toString("latin1", 10).trimEnd()).toBe(`{${DESCR}, 'shape': ${text}, }`);
});

test("npyHeader(fields, shape) of many fields is of version 2, whose length has four bytes", () => {
  const many = Array.from({ length: 2000 }, (_, i) => ({ name: `experts/${i}/0/kernel`, shape: [100, 16] }));
  const header = Buffer.from(npyHeader(many, []));
  expect([header[6], header[7], header.length % 64]).toEqual([2, 0, 0]);
  expect(header.readUInt32LE(8)).toBe(header.length - 12);
});
