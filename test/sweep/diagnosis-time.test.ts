import { afterEach, expect, test, vi } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import { diagnosisMs } from "../../src/sweep/diagnosis-time.ts";
import { estimateTime } from "../../src/sweep/estimate.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";

vi.mock("../../src/sweep/speed-file.ts", () => ({ speedHere: async () => ({}) }));
vi.mock("../../src/sweep/speed.ts", () => ({ timeNs: () => 0 }));

afterEach(() => void vi.restoreAllMocks());

const TRAINING = { steps: 40, evalEvery: 20, heldoutRows: 30 } as const;
const runs = range(5).map((index) => ({ ...makeRun({ index }, TRAINING), diagnostics: ["gates", "units"] as const }));

/** Every span of the processor's time is so long. */
function clock(ms: number) {
  return vi.spyOn(process, "cpuUsage").mockReturnValue({ user: 900 * ms, system: 100 * ms });
}

test("diagnosisMs(runs) is a diagnosis' time for each run and each step that is diagnosed", () => {
  const reads = clock(7);
  expect(diagnosisMs(runs)).toBeCloseTo(5 * 2 * 7, 9);
  expect(reads).toHaveBeenCalledTimes(2 * new Set(runs.map(({ model }) => model)).size);
  expect(diagnosisMs(runs.map(({ diagnostics: _, ...run }) => run))).toBe(0);
});

test("estimateTime(runs, engine) has the diagnoses' share of each core", async () => {
  clock(800);
  const engine = { workers: 1, path: () => "cpu" } as unknown as Engine;
  expect((await estimateTime(runs, engine)).value).toBeCloseTo(400 + 5 * 2 * 800, 9);
});
