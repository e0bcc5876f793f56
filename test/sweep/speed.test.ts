import { afterEach, describe, expect, test, vi } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import type { AnyRun, Engine, Run } from "../../src/engines/engine.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { fitSpeed, measureSpeed, type Speed, timeNs } from "../../src/sweep/speed.ts";
import { WORK_KINDS, type Work, workOf } from "../../src/sweep/work.ts";
import { makeRun } from "../support/runs.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A machine three times as slow as the usual one in some kinds of work, as fast or faster in others. */
const MACHINE: Speed = {
  ...{ runs: 3.5e6, steps: 480, values: 0.045, flop: 0.0057, units: 0.3, mixed: 0.5 },
  ...{ evaluated: 0.02, drawn: 2.7, labelled: 0.1, gathered: 0.6 },
};

/** An engine whose workers take as much of the processor's time as their work says, and a millisecond to begin. */
function machine(workers: number, speed: Speed): Pick<Engine, "train"> {
  let us = 0;
  vi.spyOn(process, "cpuUsage").mockImplementation((before) => ({ user: us - (before?.user ?? 0), system: 0 }));
  const train = async (runs: readonly AnyRun[]) => {
    const bundles = byIndex(runs);
    expect(bundles).toHaveLength(workers);
    for (const bundle of bundles) us += 1000 + timeNs(workOf(bundle), speed) / 1000;
  };
  return { train: train as Engine["train"] };
}

function byIndex(runs: readonly AnyRun[]): Run[][] {
  const indices = [...new Set(runs.map(({ index }) => index))];
  return indices.map((index) => runs.filter((run) => run.index === index) as Run[]);
}

const model = (name: keyof typeof ZOO) => ZOO[name].build({ inputs: 100, tasks: 2 });
const OTHERS = [
  [makeRun({ model: model("cgc") }, { batch: 128, trainRows: "fresh" })],
  [makeRun({ model: model("average") }, { batch: 4, trainRows: "fresh", optimizer: "sgd" })],
  [0.1, 0.5, 1].map((p) => makeRun({ correlationMatrix: correlationMatrix(2, p) }, { batch: 16, trainRows: 4000 })),
];

test.each([1, 3])(
  "measureSpeed(engine, %i) finds a speed that tells the time of other models and batches",
  async (workers) => {
    const speed = await measureSpeed(machine(workers, MACHINE), workers);
    for (const bundle of OTHERS) {
      const work = workOf(bundle);
      expect(timeNs(work, speed) / timeNs(work, MACHINE)).toBeCloseTo(1, 1);
    }
  },
);

describe("fitSpeed(measured)", () => {
  const one = (kind: (typeof WORK_KINDS)[number]) =>
    Object.fromEntries(WORK_KINDS.map((k) => [k, k === kind ? 1e6 : 0])) as Work;

  test("gives the speed of each kind of work that was measured alone", () => {
    const speed = fitSpeed(WORK_KINDS.map((kind) => ({ work: one(kind), ns: 1e6 * MACHINE[kind] })));
    for (const kind of WORK_KINDS) expect(speed[kind] / MACHINE[kind]).toBeCloseTo(1, 3);
  });

  test("gives no negative speed where more work took less time", () => {
    const work = { ...one("flop"), units: 1e6 };
    const speed = fitSpeed([
      { work: one("flop"), ns: 4e6 },
      { work, ns: 3e6 },
    ]);
    for (const kind of WORK_KINDS) expect(speed[kind]).toBeGreaterThanOrEqual(0);
    expect(speed.units).toBeLessThan(0.1);
  });
});
