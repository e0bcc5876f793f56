import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fieldsOf, instruction, OPERATIONS, type Operation } from "../../../src/engines/cpu/instructions.ts";

const RECORDS = readFileSync(new URL("../../../src/engines/cpu/kernels/records.h", import.meta.url), "utf8");

const constantOf = (name: Operation) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
const structOf = (name: Operation) => (name[0] as string).toUpperCase() + name.slice(1);

describe("of an operation in the plan and in the kernels", () => {
  /** The fields of a struct; those of a record that it begins with come first. */
  function fieldsIn(struct: string): string[] {
    const structs = Array.from(RECORDS.matchAll(/typedef struct \{\n {2}(\w+) \w+;([^}]*)\} (\w+);/g));
    const [, begins = "", body = ""] = structs.find(([, , , name]) => name === struct) ?? [];
    const own = Array.from(body.matchAll(/^ {2}(?:Address|u?int32_t|float) ([^;]*);/gm), ([, names = ""]) =>
      names.split(", "),
    );
    return [...(begins === "Instruction" || begins === "" ? [] : fieldsIn(begins)), ...own.flat()];
  }

  test.each(OPERATIONS)("%s has the same fields, in the same order", (name) => {
    expect(fieldsIn(structOf(name))).toEqual(fieldsOf(name));
  });

  test("they have the same numbers", () => {
    const names = RECORDS.match(/enum \{\s*DENSE = 1,\s*([^}]*?)\s*\}/)?.[1]?.split(/,\s*/) ?? [];
    expect(["DENSE", ...names]).toEqual(OPERATIONS.map(constantOf));
  });
});

test("instruction(operation, operands) begins with its number and its bytes", () => {
  expect(instruction("softmax", { E: 8, gateStride: 64, gate: 4096 })).toEqual([4, 20, 4096, 64, 8]);
});
