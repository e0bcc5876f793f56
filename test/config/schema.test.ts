import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { ANY_FILE_SCHEMA } from "../../src/config/schema.ts";

const editorSchema = () => z.toJSONSchema(ANY_FILE_SCHEMA, { io: "input" });

test("configs/schema.json, for editors, is the schema that files are checked by (npx vitest -u writes it)", async () => {
  await expect(`${JSON.stringify(editorSchema(), null, 2)}\n`).toMatchFileSnapshot("../../configs/schema.json");
});

test("configs/schema.json demands no key, and has every key of presets and examples", () => {
  const { required = [], properties = {}, additionalProperties } = editorSchema();
  expect([required, additionalProperties]).toEqual([[], false]);
  const files = ["configs", "examples"].flatMap((folder) =>
    readdirSync(folder).flatMap((name) => (name.endsWith(".yaml") ? [`${folder}/${name}`] : [])),
  );
  const keys = files.flatMap((file) => Object.keys(parse(readFileSync(file, "utf8"))));
  expect([...new Set(keys)].filter((key) => !(key in properties))).toEqual([]);
  expect(properties).toHaveProperty("extends");
});
