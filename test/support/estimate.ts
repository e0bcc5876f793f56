// Stands for src/sweep/estimate.ts where tests show plans: trials take a second of all cores each. test/sweep/estimate.test.ts
// tests these, and test/whole/bin.test.ts the built plan.
import type { AnyRun, Engine } from "../../src/engines/engine.ts";
import type { TimeEstimate } from "../../src/sweep/estimate.ts";

export async function estimateTime(_: readonly AnyRun[], { workers }: Engine): Promise<TimeEstimate> {
  return { value: 60_000, startMs: 400, low: 40_000, high: 90_000, ...(workers !== undefined && { cores: workers }) };
}
