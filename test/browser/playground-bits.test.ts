import { createHash } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Run } from "../../src/engines/engine.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { closeBrowser } from "./chromium.ts";
import { openPlayground } from "./playground-page.ts";

afterAll(closeBrowser);

/** SHA-256 of the parameters that the cpu engine ends with, by the ids of runs. */
async function engineFingerprints(settings: readonly string[]): Promise<Record<string, string>> {
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

test.each([
  [2, "0.5"],
  [3, "0.9"],
])("a page trains three models of %i tasks for 500 steps to the bits of the cpu engine", async (tasks, p) => {
  const expected = await engineFingerprints(["runs=1", "steps=500", `tasks=${tasks}`, `correlations=[${p}]`]);
  expect(new Set(Object.values(expected)).size).toBe(3);
  const { page, context, troubles } = await openPlayground(`#steps=500&tasks=${tasks}&p=${p}`);
  for (const [id, fingerprint] of Object.entries(expected)) {
    await page
      .locator(`[data-fingerprint="${id}"]`)
      .filter({ hasText: /^[0-9a-f]{64}$/ })
      .waitFor();
    expect([id, await page.locator(`[data-fingerprint="${id}"]`).textContent()]).toEqual([id, fingerprint]);
  }
  expect(troubles).toEqual([]);
  await context.close();
});
