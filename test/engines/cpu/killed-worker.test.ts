import { afterAll, expect, test, vi } from "vitest";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import type { RunResult } from "../../../src/engines/engine.ts";
import { makeRun } from "../../support/runs.ts";
import { started } from "../../support/threads.ts";

vi.mock("node:worker_threads", async (original) =>
  (await import("../../support/threads.ts")).watched(await original()),
);

const engine = new CpuEngine({ jobs: 2 });
afterAll(() => engine.dispose());

test("a worker killed from outside fails the runs it trained, by name, and the others go on", async () => {
  const endless = makeRun({ id: "endless", index: 0 }, { steps: 1e8 });
  const others = [1, 2, 3].map((index) => makeRun({ index }));
  const results = new Map<string, RunResult>();
  await engine.train([endless, ...others], {
    onProgress: (run) => run === endless && started[0]?.terminate(),
    onResult: (result) => results.set(result.run.id, result),
  });
  expect(results.get("endless")?.failure).toBe("worker died: exit code 1");
  for (const { id } of others) expect([id, results.get(id)?.failure]).toEqual([id, undefined]);
});

test("a worker killed while it waits is replaced by the next", async () => {
  await Promise.all(started.map((thread) => thread.terminate()));
  const runs = [4, 5].map((index) => makeRun({ index }));
  const failures: unknown[] = [];
  await engine.train(runs, { onResult: ({ failure }) => failures.push(failure) });
  expect(failures).toEqual([undefined, undefined]);
});
