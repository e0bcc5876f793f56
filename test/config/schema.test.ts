import { expect, test } from "vitest";
import { z } from "zod";
import { FILE_SCHEMA } from "../../src/config/schema.ts";

test("configs/schema.json, for editors, is the schema that files are checked by (npx vitest -u writes it)", async () => {
  const schema = z.toJSONSchema(FILE_SCHEMA, { io: "input" });
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../../configs/schema.json");
});
