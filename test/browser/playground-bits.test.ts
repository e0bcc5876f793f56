import { afterAll, expect, test } from "vitest";
import { closeBrowser } from "./chromium.ts";
import { engineFingerprints } from "./engine-fingerprints.ts";
import { openPlayground } from "./playground-page.ts";

afterAll(closeBrowser);

test.each([
  [2, "0.5"],
  [3, "0.9"],
])("a page trains three models of %i tasks for 200 steps to the bits of the cpu engine", async (tasks, p) => {
  const expected = await engineFingerprints(["runs=1", "steps=200", `tasks=${tasks}`, `correlations=[${p}]`]);
  expect(new Set(Object.values(expected)).size).toBe(3);
  const { page, context, troubles } = await openPlayground(`#steps=200&tasks=${tasks}&p=${p}`);
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
