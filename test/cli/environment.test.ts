import { EventEmitter } from "node:events";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Effects } from "../../src/cli/command.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();
const loaded: { name: string; jobs: number | undefined }[] = [];
beforeEach(() => {
  loaded.length = 0;
  engine.load = (name, { jobs } = {}) => {
    loaded.push({ name, jobs });
    return fakeEngine();
  };
});

function sweep(env: Effects["env"], ...argv: string[]) {
  const out = join(temporaryFolder(), "results");
  return runMain(["sweep", "smoke", "--runs", "1", "--out", out, ...argv], new EventEmitter(), env);
}

describe("mmoe sweep", () => {
  test("takes engine and threads from the environment where no option says otherwise", async () => {
    await sweep({ MMOE_ENGINE: "tfjs", MMOE_JOBS: "3" });
    await sweep({ MMOE_ENGINE: "tfjs", MMOE_JOBS: "3" }, "--engine", "auto", "--jobs", "2");
    await sweep({ MMOE_ENGINE: "", MMOE_JOBS: "" });
    expect(loaded).toEqual([
      { name: "tfjs", jobs: 3 },
      { name: "auto", jobs: 2 },
      { name: "auto", jobs: undefined },
    ]);
  });

  test.each([
    [{ MMOE_JOBS: "many" }, "MMOE_JOBS: expected a whole number from 1 to 1024, got 'many'"],
    [{ MMOE_JOBS: "0" }, "MMOE_JOBS: expected a whole number from 1 to 1024, got '0'"],
    [{ MMOE_ENGINE: "cdda" }, "MMOE_ENGINE: expected one of auto, cpu, cuda, tfjs, got 'cdda'; did you mean 'cuda'?"],
  ])("refuses %j by the variable's name", async (env, says) => {
    expect(refusal(await sweep(env))).toBe(says);
    expect(loaded).toEqual([]);
  });
});

test("an error is red on a terminal, and plain with NO_COLOR", async () => {
  const words = ["sweep", "--cor", "1"];
  const terminal = { isTTY: true, columns: 80 };
  const { stderr } = await runMain(words, new EventEmitter(), {}, terminal);
  expect(stderr.startsWith("\u001b[31mmmoe:\u001b[39m unknown option '--cor'")).toBe(true);
  expect((await runMain(words, new EventEmitter(), { NO_COLOR: "1" }, terminal)).stderr).toMatch(/^mmoe: unknown /);
});
