import { beforeAll, expect, test } from "vitest";
import { taskGradients } from "../../src/engines/tfjs/model/objective.ts";
import { pack, unpack } from "../../src/engines/tfjs/model/pack.ts";
import { loadTf, type Tf } from "../../src/engines/tfjs/tf.ts";
import { sharedParameters } from "../../src/models/parameter-tasks.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { gateCount, type ModelSpec } from "../../src/models/spec.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { range } from "../support/reference.ts";
import { SPECS, someParameters, someRows } from "../support/specs.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

const B = 30;

/** For each parameter, how many tasks' losses have a gradient for it at some of `seeds`. */
function learners(spec: ModelSpec, seeds: number[]): number[] {
  const rows = seeds.map((seed) => someRows(spec, B, seed));
  const R = seeds.length;
  return tf.tidy(() => {
    const parameters = pack(
      tf,
      spec,
      seeds.map((seed) => someParameters(spec, seed)),
    );
    const x = tf.tensor(
      rows.flatMap((row) => [...row.x]),
      [R, B, spec.inputs],
    );
    const y = tf.tensor(
      rows.flatMap((row) => [...row.y]),
      [R, B, spec.tasks],
    );
    const { ofTasks } = taskGradients(tf, spec, parameters, { x, y }, { huberDelta: null });
    const slopes = ofTasks.map((gradients) => unpack(spec, gradients)); // [K][R][P]
    return range(slopes[0]?.[0]?.length).map((p) =>
      Math.max(...range(R).map((r) => slopes.filter((ofTask) => ofTask[r]?.[p] !== 0).length)),
    );
  });
}

test.each(SPECS)("sharedParameters($name) are those that the losses of two tasks or more reach", (spec) => {
  const shared = sharedParameters(spec);
  const counts = learners(spec, range(5));
  expect(counts.flatMap((count, p) => (count > 1 && shared[p] !== 1 ? [p] : []))).toEqual([]);
  for (const { part, name, offset, size } of parameterBlocks(spec)) {
    if (part === "gates" && gateCount(spec) === 1 && spec.experts.shared === 1) continue; // its one weight is always 1
    const ofShared = counts.slice(offset, offset + size).filter((_, i) => shared[offset + i] === 1);
    if (ofShared.length > 0) expect(Math.max(...ofShared), name).toBeGreaterThan(1);
  }
});

test("towers and gates of a task are its own; a bottom is shared, a network per task is not", () => {
  const partsOf = (name: keyof typeof ZOO) => {
    const spec = ZOO[name].build({ inputs: 4, tasks: 2 });
    const shared = sharedParameters(spec);
    return [...new Set(parameterBlocks(spec).flatMap(({ part, offset }) => (shared[offset] === 1 ? [part] : [])))];
  };
  expect(partsOf("mmoe")).toEqual(["experts"]);
  expect(partsOf("omoe")).toEqual(["experts", "gates"]);
  expect(partsOf("shared-bottom")).toEqual(["experts"]);
  expect(partsOf("single-task")).toEqual([]);
  expect(partsOf("mmoe-detached")).toEqual(["experts"]);
  expect(partsOf("cross-stitch")).toEqual(["experts"]);
  expect(partsOf("l2-constrained")).toEqual([]);
  expect(partsOf("tensor-factorization")).toEqual(["experts", "towers"]);
});
