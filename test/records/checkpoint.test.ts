import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import type { RunState } from "../../src/engines/engine.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { checkpointParts, stateIn } from "../../src/records/checkpoint.ts";
import { isSealed, sealed } from "../../src/records/journal-line.ts";
import { makeRun } from "../support/runs.ts";
import { stateOf } from "../support/states.ts";

const OF = { trained: "0a1b2c3d", arithmetic: "cpu" };
const run = makeRun({ id: "mmoe/p=0.50/007" }, { steps: 90 });
const fileOf = (...of: Parameters<typeof checkpointParts>) =>
  Buffer.concat(checkpointParts(...of).map((part) => Buffer.from(part)));
const file = fileOf(run, stateOf(run, 25), OF);
const LINE = JSON.parse(file.toString("utf8", 0, file.indexOf("\n")));
const NUMBERS = file.subarray(-4 * LINE.values.reduce((sum: number, length: number) => sum + length, 0));
/** The file with another line, and `numbers` from a multiple of 4 bytes on. */
const changed = (changes: object, numbers = NUMBERS) => {
  const { crc: _, ...values } = LINE;
  const line = sealed({ ...values, ...changes });
  return Buffer.concat([Buffer.from(line.padEnd(4 * Math.ceil(line.length / 4), "\n")), numbers]);
};

test("sealed(value) is the JSON of any object, with the checksum of all before it", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
      const json = JSON.stringify(value).slice(0, -1);
      const line = sealed(value);
      expect(line).toBe(`${json},"crc":"${crc32(Buffer.from(json)).toString(16).padStart(8, "0")}"}\n`);
      expect(isSealed(Buffer.from(line.slice(0, -1)))).toBe(true);
    }),
  );
});

describe("stateIn(file, run)", () => {
  test("is the state of three tasks by sgd, and before the first evaluation", () => {
    const model = ZOO.omoe.build({ inputs: 100, tasks: 3 });
    const three = makeRun({ model, correlationMatrix: correlationMatrix(3, 0.5) }, { optimizer: "sgd", evalEvery: 40 });
    for (const step of [3, 20])
      expect(stateIn(fileOf(three, stateOf(three, step), OF), three, OF)).toEqual(stateOf(three, step));
  });

  test("is the state of a run that has failed, with its reason and numbers that are none", () => {
    const values = stateOf(run, 25).values.map((block) => block.fill(Number.NaN, 2, 9));
    const failed: RunState = {
      ...stateOf(run, 25),
      values,
      failure: "loss is NaN at step 3",
      curve: { steps: [], train: [], heldout: [] },
    };
    expect(stateIn(fileOf(run, failed, OF), run, OF)).toEqual(failed);
  });

  test("is the state with its diagnostics, NaN where there is no number", () => {
    const watched = { ...run, diagnostics: ["gates"] as const };
    const diagnostics = {
      steps: [10, 30, 40],
      values: { "gateDistance/1/2": [Number.NaN, 0.25, 0.5], expertsInUse: [1 / 3, 7, 2] },
    };
    const state: RunState = { ...stateOf(run, 45), diagnostics };
    expect(stateIn(fileOf(watched, state, OF), watched, OF)).toEqual(state);
    for (const wrong of [{ ...diagnostics, steps: [10, 30, 41] }, { steps: [10, 30], values: {} }, undefined]) {
      const { diagnostics: _, ...rest } = state;
      const text = fileOf(watched, { ...rest, ...(wrong && { diagnostics: wrong }) }, OF);
      expect(stateIn(text, watched, OF)).toBe("it does not fit its run");
    }
  });

  test("is the state with what its method has learned of each task, and of no other method's", () => {
    const famo = { ...run, training: { ...run.training, method: "famo" as const } };
    const state: RunState = { ...stateOf(run, 25), learned: [0.1, -1 / 3, 1e-300, 2, 3, 5] };
    const text = fileOf(famo, state, OF);
    expect(stateIn(text, famo, OF)).toEqual(state);
    expect(stateIn(text, run, OF)).toBe("it does not fit its run");
    expect(stateIn(fileOf(famo, stateOf(run, 25), OF), famo, OF)).toBe("it does not fit its run");
  });

  test("is that of a run whose steps are chosen: in a try, in its training, or before one", () => {
    const stopped = { ...run, stopping: { patience: 3, validation: 0.2 } };
    const tried = { tried: 36, steps: 72, evalEvery: 6 };
    const chosen = { tried: 108, steps: 27, validationLoss: 0.25 };
    const inTry = { ...stateOf({ ...run, training: { ...run.training, steps: 72, evalEvery: 6 } }, 25), choice: tried };
    const inTraining = { ...stateOf({ ...run, training: { ...run.training, steps: 27 } }, 27), choice: chosen };
    const before = { ...stateOf(run, 0), values: [], noBias: [], choice: chosen };
    for (const state of [inTry, inTraining, before])
      expect(stateIn(fileOf(stopped, state, OF), stopped, OF)).toEqual(state);
    const wrong: RunState[] = [
      stateOf(run, 25), // it says nothing of a choice
      { ...inTry, choice: { ...tried, evalEvery: 7 } },
      { ...inTry, step: 73 },
      { ...inTraining, choice: { ...chosen, steps: 26 } },
      { ...before, values: inTry.values },
    ];
    for (const state of wrong) expect(stateIn(fileOf(stopped, state, OF), stopped, OF)).toBe("it does not fit its run");
    expect(stateIn(fileOf(run, inTraining, OF), run, OF)).toBe("it does not fit its run");
  });

  test("tells subnormal numbers, negative zeros and the powers' last bits", () => {
    const [first, ...rest] = stateOf(run, 25).values as [Float32Array, ...Float32Array[]];
    first.set([-0, 1e-45, -3e-41, 3.4e38, Number.POSITIVE_INFINITY]);
    const state: RunState = { ...stateOf(run, 25), values: [first, ...rest], powers: [5e-324, 1 - 2 ** -53] };
    const again = stateIn(fileOf(run, state, OF), run, OF) as RunState;
    expect([new Uint32Array(Float32Array.from(again.values[0] ?? []).buffer).slice(0, 5), again.powers]).toEqual([
      new Uint32Array(first.buffer).slice(0, 5),
      state.powers,
    ]);
  });
});

test("stateIn(file, run) is the same wherever the file's bytes are in memory", () => {
  const states = [0, 1, 2, 3].map((at) => stateIn(Buffer.concat([Buffer.alloc(at), file]).subarray(at), run, OF));
  for (const state of states) expect(state).toEqual(stateOf(run, 25));
});

describe("stateIn(file, run) is the reason why there is no state:", () => {
  test("any changed byte, any missing end", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.nat(), fc.integer({ min: 0, max: 255 }), (isInLine, place, byte) => {
        const at = isInLine ? place % JSON.stringify(LINE).length : place % file.length;
        const other = Buffer.from(file);
        other[at] = byte;
        const isGap = file[at] === 10; // only new lines are between the line and its numbers
        if (byte !== file[at] && !isGap) expect(stateIn(other, run, OF)).toBe("it is damaged");
        expect(stateIn(file.subarray(0, at), run, OF)).toBe("it is damaged");
      }),
      { numRuns: 100 },
    );
    expect(stateIn(Buffer.of(), run, OF)).toBe("it is damaged");
    expect(stateIn(Buffer.concat([file, Buffer.alloc(4)]), run, OF)).toBe("it is damaged");
  });

  test.each<[object, string]>([
    [{ schema: 1 }, "another mmoe wrote it (schema 1, this one reads 2)"],
    [{ trained: "99999999" }, "it is of another sweep (hash 99999999, not 0a1b2c3d)"],
    [{ id: "mmoe/p=0.50/008" }, "it is of another run (mmoe/p=0.50/008)"],
    [{ arithmetic: "tfjs (wasm)" }, "tfjs (wasm) trained it, not cpu"],
    [{ step: "many" }, "it is damaged"],
    [{ step: 0 }, "it does not fit its run"],
    [{ step: 91 }, "it does not fit its run"],
    [{ step: 31 }, "it does not fit its run"], // it has no evaluation at 30
    [{ values: LINE.values.slice(1) }, "it is damaged"],
    [{ values: [LINE.values[0] - 1, LINE.values[1] + 1, LINE.values[2]] }, "it does not fit its run"],
    [{ sums: [1] }, "it does not fit its run"],
    [{ powers: [1] }, "it does not fit its run"],
    [{ noBias: [0, 0] }, "it does not fit its run"],
    [{ curve: { ...LINE.curve, steps: [10, 21] } }, "it does not fit its run"],
    [{ curve: { ...LINE.curve, heldout: [1, 2, 3] } }, "it does not fit its run"],
  ])("%j", (changes, reason) => {
    expect(stateIn(changed(changes), run, OF)).toBe(reason);
  });

  test("but any arithmetic will do where none is asked for", () => {
    expect(stateIn(changed({ arithmetic: "tfjs (wasm)" }), run, { trained: OF.trained })).toEqual(stateOf(run, 25));
  });
});
