import { createHash } from "node:crypto";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Run } from "../../src/engines/engine.ts";
import { planRuns } from "../../src/sweep/plan.ts";

/** SHA-256 of the parameters that the cpu engine ends with, by the ids of runs. */
export async function engineFingerprints(settings: readonly string[]): Promise<Record<string, string>> {
  const runs = planRuns(loadConfig("paper", settings.map(setOverride))) as Run[];
  const engine = new CpuEngine({ jobs: 1 });
  const found: Record<string, string> = {};
  await engine.train(runs, {
    keepParameters: true,
    onResult({ run, parameters }) {
      found[run.id] = createHash("sha256")
        .update(new Uint8Array((parameters as Float32Array).buffer))
        .digest("hex");
    },
  });
  await engine.dispose();
  return found;
}
