import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fieldsOf, instruction, OPERATIONS, type Operation } from "../../../src/engines/cpu/instructions.ts";

function sourceOf(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
}

const WASM = sourceOf("src/engines/cpu/kernels/instructions.ts");
const NATIVE = sourceOf("native/records.h");

const constantOf = (name: Operation) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
const classOf = (name: Operation) => (name[0] as string).toUpperCase() + name.slice(1);

describe("of an operation in the plan and in WebAssembly", () => {
  const known = OPERATIONS.filter((name) => name !== "unitUpdate");

  test.each(known)("%s has the same fields, in the same order", (name) => {
    const body = WASM.match(new RegExp(`class ${classOf(name)} \\{([^}]*)\\}`))?.[1] ?? "";
    const fields = Array.from(body.matchAll(/^ {2}(\w+):/gm), ([, field]) => field);
    expect(fields).toEqual(["op", "size", ...fieldsOf(name)]);
  });

  test.each(known)("%s has the same number", (name) => {
    expect(WASM).toContain(`export const ${constantOf(name)} = ${OPERATIONS.indexOf(name) + 1};`);
  });
});

describe("of an operation in the plan and in native code", () => {
  const known = OPERATIONS.filter((name) => name !== "sparseUpdate");

  test.each(known)("%s has the same fields, in the same order", (name) => {
    const isUpdate = name === "update" || name === "unitUpdate"; // the first has scratch of WebAssembly's alone
    const struct = isUpdate ? "Update" : classOf(name);
    const bodies = Array.from(NATIVE.matchAll(/typedef struct \{\n {2}Instruction head;([^}]*)\} (\w+);/g));
    const body = bodies.find(([, , typeName]) => typeName === struct)?.[1] ?? "";
    const fields = Array.from(body.matchAll(/^ {2}(?:Address|u?int32_t|float) ([^;]*);/gm), ([, names = ""]) =>
      names.split(", "),
    );
    const shared = fieldsOf(name).filter((field) => field !== "strips");
    expect(fields.flat().slice(0, isUpdate ? shared.length : undefined)).toEqual(shared);
  });

  test("they have the same numbers", () => {
    const names = NATIVE.match(/enum \{\s*DENSE = 1,\s*([^}]*?)\s*\}/)?.[1]?.split(/,\s*/) ?? [];
    expect(["DENSE", ...names]).toEqual(OPERATIONS.map(constantOf));
  });
});

test("instruction(operation, operands) begins with its number and its bytes", () => {
  expect(instruction("softmax", { E: 8, gateStride: 64, gate: 4096 })).toEqual([4, 20, 4096, 64, 8]);
});
