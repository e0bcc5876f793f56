import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fieldsOf, instruction, OPERATIONS } from "../../../src/engines/cpu/instructions.ts";

const KERNELS = readFileSync(new URL("../../../src/engines/cpu/kernels/instructions.ts", import.meta.url), "utf8");

test.each(OPERATIONS)(
  "the record of %s has the same fields, in the same order, in the plan and in the kernels",
  (name) => {
    const className = name[0]?.toUpperCase() + name.slice(1);
    const body = KERNELS.match(new RegExp(`class ${className} \\{([^}]*)\\}`))?.[1] ?? "";
    const fields = Array.from(body.matchAll(/^ {2}(\w+):/gm), ([, field]) => field);
    expect(fields).toEqual(["op", "size", ...fieldsOf(name)]);
  },
);

test.each(OPERATIONS)("%s has the same number in the plan and in the kernels", (name) => {
  const constant = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  expect(KERNELS).toContain(`export const ${constant} = ${OPERATIONS.indexOf(name) + 1};`);
});

test("instruction(operation, operands) begins with its number and its bytes", () => {
  expect(instruction("softmax", { E: 8, gateStride: 64, gate: 4096 })).toEqual([4, 20, 4096, 64, 8]);
});
