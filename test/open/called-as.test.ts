import { execFileSync } from "node:child_process";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { calledAs } from "../../src/called-as.ts";
import { BIN } from "../support/bin.ts";

const PATH = "/usr/bin:/opt/node/bin";

test.each([
  ["/opt/node/bin/mmoe", { PATH }, "mmoe"],
  ["/root/.npm/_npx/07cc/node_modules/.bin/mmoe", { PATH, npm_command: "exec" }, "npx mmoe"],
  ["/clone/node_modules/.bin/mmoe", { PATH, npm_command: "run-script" }, "npx mmoe"],
  ["/clone/node_modules/.bin/mmoe", { PATH }, "node node_modules/.bin/mmoe"],
  ["/clone/bin/mmoe.js", { PATH }, "node bin/mmoe.js"],
  ["/clone/bin/mmoe.js", { PATH, npm_command: "exec" }, "node bin/mmoe.js"],
  ["/my clone/bin/mmoe.js", {}, "node '/my clone/bin/mmoe.js'"],
  ["/lab/mine.mjs", { PATH, npm_command: "exec" }, "mmoe"],
  ["/venv/site-packages/mmoe/_program/bin/mmoe.js", { PATH, MMOE_CALLED_AS: "mmoe" }, "mmoe"],
  ["", {}, "mmoe"],
])("calledAs(%j, %j) is what the user typed", (script, env, command) => {
  expect(calledAs(script, env, "/clone")).toBe(command);
});

test("the built program's help can be run as it is", () => {
  const help = execFileSync(process.execPath, [BIN, "doctor", "--help"], { encoding: "utf8" });
  const called = `node ${relative(process.cwd(), BIN)}`;
  expect(help).toContain(`\n  ${called} doctor --engine cuda && ${called} sweep --engine cuda\n`);
});
