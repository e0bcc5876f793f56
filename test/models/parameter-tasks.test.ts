import { expect, test } from "vitest";
import { sharedParameters } from "../../src/models/parameter-tasks.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { gateCount } from "../../src/models/spec.ts";
import { range, taskGradients } from "../support/reference.ts";
import { SPECS, someParameters, someRows } from "../support/specs.ts";

const B = 30;

test.each(SPECS)("sharedParameters($name) are those that the losses of two tasks or more reach", (spec) => {
  const shared = sharedParameters(spec);
  const draws = range(5).map((seed) => taskGradients(spec, someParameters(spec, seed), someRows(spec, B, seed)));
  // of each parameter, how many tasks' losses have a gradient for it, in the draw where most have
  const counts = range(shared.length).map((p) =>
    Math.max(...draws.map((ofTasks) => ofTasks.filter((gradient) => gradient[p] !== 0).length)),
  );
  expect(counts.flatMap((count, p) => (count > 1 && shared[p] !== 1 ? [p] : []))).toEqual([]);
  for (const { part, name, offset, size } of parameterBlocks(spec)) {
    if (part === "gates" && gateCount(spec) === 1 && spec.experts.shared === 1) continue; // its one weight is always 1
    const ofShared = counts.slice(offset, offset + size).filter((_, i) => shared[offset + i] === 1);
    if (ofShared.length > 0) expect(Math.max(...ofShared), name).toBeGreaterThan(1);
  }
});
