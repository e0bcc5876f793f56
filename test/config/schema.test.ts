import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { FILE_SCHEMA, LATER_SETTINGS } from "../../src/config/schema.ts";

/** What a file on rows of one's own leaves out: settings of the generator, and numbers of rows. */
const NOT_ON_ROWS = ["data", "correlations", "trainRows", "heldoutRows"];

/** What zod checks, but for settings that are filled in: those that came later, and those that follow from a file's rows. */
function editorSchema() {
  const { required = [], ...schema } = z.toJSONSchema(FILE_SCHEMA, { io: "input" });
  return {
    ...schema,
    required: required.filter((key) => !(key in LATER_SETTINGS) && !NOT_ON_ROWS.includes(key)),
    anyOf: [
      { type: "object", required: NOT_ON_ROWS },
      { type: "object", required: ["rows"], properties: { rows: { type: ["string", "object"] } } },
    ],
  };
}

test("configs/schema.json, for editors, is the schema that files are checked by (npx vitest -u writes it)", async () => {
  await expect(`${JSON.stringify(editorSchema(), null, 2)}\n`).toMatchFileSnapshot("../../configs/schema.json");
});

test("configs/schema.json misses nothing in presets, nor in a file on rows of one's own", () => {
  const { required, anyOf } = editorSchema();
  const misses = (text: string) => {
    const keys = Object.keys(parse(text));
    const lacking = required.filter((key) => !keys.includes(key));
    return anyOf.some((either) => either.required.every((key) => keys.includes(key))) ? lacking : [...lacking, "rows"];
  };
  const presets = readdirSync("configs").filter((name) => name.endsWith(".yaml"));
  expect(presets.flatMap((name) => misses(readFileSync(`configs/${name}`, "utf8")))).toEqual([]);
  const cars = readFileSync("examples/cars.yaml", "utf8");
  expect(misses(cars)).toEqual([]);
  expect(misses(cars.replaceAll(/^(rows|seed): .*/gm, ""))).toEqual(["seed", "rows"]);
});
