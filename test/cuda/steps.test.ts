import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { pendingSteps, runSteps, type Step } from "../../src/cuda/steps.ts";
import { temporaryFolder } from "../support/effects.ts";
import { touch } from "../support/fake-machine.ts";

let folder = "";
let markers = "";
let ran: string[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  markers = join(folder, "deep/setup.json");
  ran = [];
});

function step(name: string, wanted = "1.0", fail = () => {}): Step {
  const made = join(folder, name);
  const run = async () => {
    ran.push(name);
    fail();
    touch(made);
  };
  return { name, wanted, isDone: () => existsSync(made), run };
}

const abort = new AbortController();
const context = { onLine: () => {}, signal: abort.signal };
const silent = { onStart: () => {}, onDone: () => {} };
const run = (steps: Step[], signal = abort.signal) => runSteps(steps, markers, { ...context, signal }, silent);

test("runSteps(steps) redoes a step that made its file but was killed before its end", async () => {
  const steps = [step("a"), step("b")];
  await run([steps[0]]);
  touch(join(folder, "b"));
  await run(steps);
  expect(ran).toEqual(["a", "b"]);
});

test("runSteps(steps) redoes what is gone, or wanted otherwise, and what follows it", async () => {
  const steps = [step("a"), step("b"), step("c")];
  await run(steps);
  rmSync(join(folder, "b"));
  await run(steps);
  await run([step("a"), step("b", "2.0"), step("c")]);
  expect(ran).toEqual(["a", "b", "c", "b", "c", "b", "c"]);
});

test("runSteps(steps) forgets what a step that now fails made before", async () => {
  await run([step("a"), step("b")]);
  const fails = step("a", "2.0", () => {
    throw new Error("full");
  });
  await expect(run([fails, step("b")])).rejects.toThrow("full");
  expect(JSON.parse(readFileSync(markers, "utf8"))).toEqual({});
});

test("runSteps(steps) marks no step that was stopped", async () => {
  const stopped = new AbortController();
  const steps = [step("a", "1.0", () => stopped.abort()), step("b")];
  await expect(run(steps, stopped.signal)).rejects.toThrow();
  expect(ran).toEqual(["a"]);
  expect(pendingSteps(steps, markers)).toEqual(steps);
});
