import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { MachineError, machineError } from "../../src/system-errors.ts";

/** What `action` throws. */
function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing is thrown");
}

const MEMORY_REFUSED: Record<string, () => unknown> = {
  "a buffer": () => new ArrayBuffer(2 ** 52),
  "memory that threads share": () => new SharedArrayBuffer(2 ** 45),
  "WebAssembly's memory": () => new WebAssembly.Memory({ initial: 1 }).grow(65_536),
};

test.each(Object.keys(MEMORY_REFUSED))("machineError(error) knows that %s was refused", (what) => {
  const error = thrown(MEMORY_REFUSED[what]);
  expect(machineError(error)).toMatchObject({ trouble: "memory", mayPass: false, cause: error });
});

test("machineError(error) knows a thread that V8 ended because its heap was full", async () => {
  const resourceLimits = { maxOldGenerationSizeMb: 8 };
  const thread = new Worker("const all = []; for (;;) all.push(new Array(999).fill(1));", {
    eval: true,
    resourceLimits,
  });
  const error = await new Promise((resolve) => thread.once("error", resolve));
  expect(machineError(error)?.message).toBe(
    "out of memory (Worker terminated due to reaching memory limit: JS heap out of memory); free some, or give fewer --jobs or fewer rows",
  );
});

const coded = (code: string, message = code, syscall = "") => Object.assign(new Error(message), { code, syscall });

test.each([
  [coded("ENOMEM"), "memory", false],
  [coded("ERR_WORKER_INIT_FAILED", "EAGAIN"), "threads", true],
  [coded("ERR_WORKER_INIT_FAILED", "Worker initialization failure: EMFILE"), "files", false],
  [coded("EAGAIN", "spawn EAGAIN", "spawn node"), "threads", true],
  [coded("EMFILE"), "files", false],
  [coded("ENFILE"), "files", false],
  [coded("ENOSPC"), "disk", false],
  [coded("EDQUOT"), "disk", false],
])("machineError(%s) is trouble of %s", (error, trouble, mayPass) => {
  expect(machineError(error)).toMatchObject({ trouble, mayPass });
});

test("machineError(error) is undefined for what no machine is to blame for, and itself of a MachineError", () => {
  const nothingThere = thrown(() => openSync("/nonexistent", "r"));
  const notFound = spawnSync("/nonexistent").error;
  const tooLong = thrown(() => new Float32Array(2 ** 40));
  const pipeFull = coded("EAGAIN", "write EAGAIN", "write");
  for (const error of [nothingThere, notFound, tooLong, pipeFull, "out of memory", undefined, new TypeError("no room")])
    expect(machineError(error)).toBeUndefined();
  const error = new MachineError("worker", "exit code 7");
  expect(machineError(error)).toBe(error);
  expect(error.message).toBe("a worker died (exit code 7)");
});

test("machineError(error) takes an installed package that Node can't find for too many open files", () => {
  const missing = (path: string) => coded("ERR_MODULE_NOT_FOUND", `Cannot find module '${path}' imported from here`);
  expect(machineError(missing(`${process.cwd()}/node_modules/csv-stringify/sync`))?.trouble).toBe("files");
  expect(machineError(missing(`${process.cwd()}/node_modules/absent/sync`))).toBeUndefined();
});
