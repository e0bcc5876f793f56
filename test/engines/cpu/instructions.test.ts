import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fieldsOf, instruction, OPERATIONS, type Operation } from "../../../src/engines/cpu/instructions.ts";
import { fieldAt, RECORDS, record, recordSize } from "../../../src/engines/rows/records.ts";

const HEADERS = ["cpu/kernels/records.h", "rows/kernels/generator.h", "rows/kernels/table.h"];
const HEADER = HEADERS.map((path) =>
  readFileSync(new URL(`../../../src/engines/${path}`, import.meta.url), "utf8"),
).join("");

const constantOf = (name: Operation) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
const structOf = (name: Operation) => name[0].toUpperCase() + name.slice(1);

describe("of an operation in the plan and in the kernels", () => {
  /** The fields of a struct; those of a record that it begins with come first. */
  function fieldsIn(struct: string): string[] {
    const structs = Array.from(HEADER.matchAll(/typedef struct \{\n {2}(\w+) \w+;([^}]*)\} (\w+);/g));
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
    const names = HEADER.match(/enum \{\s*DENSE = 1,\s*([^}]*?)\s*\}/)?.[1]?.split(/,\s*/) ?? [];
    expect(["DENSE", ...names]).toEqual(OPERATIONS.map(constantOf));
  });
});

test("instruction(operation, operands) begins with its number and its bytes", () => {
  expect(instruction("softmax", { E: 8, gateStride: 64, gate: 4096 })).toEqual([4, 20, 4096, 64, 8]);
});

describe("a run's records have the fields of the kernels' structs, of the same types, in the same order:", () => {
  const TYPES: Readonly<Record<string, string>> = { Address: "int32", int32_t: "int32", uint32_t: "int32" };

  /** The fields of a struct, each with its type. */
  function typedFieldsIn(struct: string): string[][] {
    const body = new RegExp(`typedef struct \\{([^}]*)\\} ${struct};`).exec(HEADER)?.[1] ?? "";
    const lines = Array.from(body.matchAll(/^ {2}(\w+) ([^;]*);/gm), ([, type = "", names = ""]) => ({ type, names }));
    return lines.flatMap(({ type, names }) => names.split(", ").map((name) => [name, TYPES[type] ?? type]));
  }

  test.each(Object.entries(RECORDS))("%s", (name, fields) => {
    expect(Object.entries(fields)).toEqual(typedFieldsIn(name));
  });
});

test("record(name, values) places fields as C does, by their names", () => {
  expect([recordSize("TaskLoss"), fieldAt("TaskLoss", "unit"), fieldAt("Optimizer", "power1")]).toEqual([24, 16, 24]);
  const bytes = record("TaskLoss", { unit: 0.25, factor: 3, delta: 0.5, outputs: 7, kind: 2 });
  expect([...new Int32Array(bytes.buffer, 0, 2)]).toEqual([2, 7]);
  expect([...new Float32Array(bytes.buffer, 8, 2)]).toEqual([0.5, 3]);
  expect([...new Float64Array(bytes.buffer, 16, 1)]).toEqual([0.25]);
});
