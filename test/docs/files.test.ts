import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { jsonSchemas } from "../../src/records/json-schemas.ts";
import { filesPage } from "./files-page.ts";

test("docs/files.md is made of what records are checked and written by (npm run docs writes it)", async () => {
  await expect(filesPage()).toMatchFileSnapshot("../../docs/files.md");
});

test.each(Object.keys(jsonSchemas()))(
  "schemas/%s is what records are checked and written by (npm run docs writes it)",
  async (file) => {
    await expect(`${JSON.stringify(jsonSchemas()[file], null, 2)}\n`).toMatchFileSnapshot(`../../schemas/${file}`);
  },
);

test("schemas/ holds no other file", () => {
  expect(readdirSync("schemas").sort()).toEqual(Object.keys(jsonSchemas()).sort());
});
