import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setup } from "./temporary.ts";

test("what tests leave in the temporary folder is in one of their run, which goes after them", () => {
  expect(tmpdir()).toMatch(/mmoe-run-\w+$/);
  const env: NodeJS.ProcessEnv = {};
  const remove = setup(undefined, env);
  const left = mkdtempSync(join(env.TMPDIR as string, "left-"));
  remove();
  expect([existsSync(left), env.TMPDIR]).toEqual([false, undefined]);
});
