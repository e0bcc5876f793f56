// The table of operations against what TensorFlow registers, as its library prints it: op_def.proto's OpList.
import { PbfReader } from "pbf";
import { expect, test } from "vitest";
import { SIGNATURES } from "../../../src/engines/tfjs/trainer/signatures.ts";
import { printedBy } from "./library.ts";

interface Operation {
  name: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: string[];
}

/** The operations' lines in the table's form, by name. */
function lines(list: Uint8Array): Map<string, string> {
  const readOperations = (tag: number, operations: Operation[], pbf: PbfReader) => {
    const operation: Operation = { name: "", inputs: [], outputs: [], attributes: [] };
    if (tag === 1) operations.push(pbf.readMessage(readOperation, operation));
  };
  const operations = new PbfReader(list).readFields<Operation[]>(readOperations, []);
  return new Map(operations.map((operation) => [operation.name, lineOf(operation)]));
}

function lineOf({ name, inputs, outputs, attributes }: Operation): string {
  return [`${name}(${inputs.join(", ")}) ${outputs.join(" ")} |`, ...attributes].join(" ");
}

/** OpDef. */
function readOperation(tag: number, operation: Operation, pbf: PbfReader): void {
  if (tag === 1) operation.name = pbf.readString();
  if (tag === 2) operation.inputs.push(inputText(argumentOf(pbf)));
  if (tag === 3) operation.outputs.push(outputText(argumentOf(pbf)));
  if (tag === 4) operation.attributes.push(...textsOf(pbf, { 1: "name" }).values());
}

/** ArgDef; the attributes that hold its type, or the types of a list, and how many it stands for. */
function argumentOf(pbf: PbfReader): { name?: string; type?: string; count?: string; types?: string } {
  return Object.fromEntries(textsOf(pbf, { 1: "name", 4: "type", 5: "count", 6: "types" }));
}

function inputText({ count, types, type = types ?? "-" }: ReturnType<typeof argumentOf>): string {
  return count === undefined ? type : `${count}*${type}`;
}

function outputText({ name = "", count, types }: ReturnType<typeof argumentOf>): string {
  return count === undefined && types === undefined ? name : `${name}*`;
}

/** A message's texts of these tags, by what they are called here. */
function textsOf(pbf: PbfReader, names: Readonly<Record<number, string>>): Map<string, string> {
  const readText = (tag: number, texts: Map<string, string>, field: PbfReader) => {
    if (names[tag] !== undefined) texts.set(names[tag], field.readString());
  };
  return pbf.readMessage(readText, new Map<string, string>());
}

test("SIGNATURES has each operation as TensorFlow registers it", () => {
  const known = lines(printedBy("TF_GetAllOpList"));
  const table = SIGNATURES.trim().split("\n");
  expect(table).toEqual(table.map((line) => known.get(line.slice(0, line.indexOf("(")))));
});
