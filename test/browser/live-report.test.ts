import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { JOURNALS } from "../../src/records/find-results.ts";
import { lineOf } from "../../src/records/journal-line.ts";
import { provenanceOf } from "../../src/records/provenance.ts";
import { configIn } from "../../src/records/read-results.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { likeThePaper, madeResults, writeResults } from "../support/made-results.ts";
import { type Serving, serve } from "../support/serving.ts";
import { closeBrowser, keepPicture, visit } from "./chromium.ts";

afterAll(closeBrowser);

test("a served report shows how far the sweep is, and takes new runs without losing what was chosen", async () => {
  const folder = temporaryFolder();
  const set = ["runs=3"];
  writeResults(folder, (run) => (run.index < 2 ? likeThePaper(run) : "missing"), set);
  const serving: Serving = await serve(folder);
  const { page, context, troubles } = await visit(serving.address);
  const total = page.locator("#live-total");
  await page.locator("#cells").waitFor(); // the report has come
  await page.getByText("18 done").waitFor();
  expect(await total.textContent()).toBe("27 runs: 18 done, 0 failed, 9 missing");
  expect(await page.locator("#live-state").textContent()).toBe("Nothing trains now.");
  const barWidth = () => page.locator("#live-bar .done").evaluate((bar) => bar.getBoundingClientRect().width);
  const before = await barWidth();
  expect(await page.getByText("9 of 27 runs are missing").count()).toBe(1);
  await keepPicture(page, "served-desktop", { whole: false });

  await page.getByRole("radio", { name: "held-out" }).check();
  await page.getByRole("checkbox", { name: "OMoE" }).uncheck();
  await page.locator("#run-index").fill("1");
  await page.locator("#list-model").selectOption("MMoE");
  await page.getByRole("button", { name: /^Training loss/ }).click();
  await page.locator("#figure5").evaluate((block) => block.scrollIntoView());
  const place = () => page.locator("#figure5").evaluate((block) => Math.round(block.getBoundingClientRect().top));
  const placeBefore = await place();
  const { records } = madeResults(likeThePaper, set);
  appendFileSync(
    join(folder, JOURNALS, "made.jsonl"),
    records
      .filter(({ run }) => run === 2)
      .map(lineOf)
      .join(""),
  );

  await page.getByText("27 runs, none failed, none missing.").waitFor({ state: "attached" });
  await page.getByText("The sweep has ended.").waitFor();
  expect(await barWidth()).toBeGreaterThan(1.4 * before);
  expect(await page.getByRole("radio", { name: "held-out" }).isChecked()).toBe(true);
  expect(await page.getByRole("checkbox", { name: "OMoE" }).isChecked()).toBe(false);
  expect(await page.locator("#run-reading").textContent()).toBe("1");
  expect(await page.locator("#list-count").textContent()).toBe("9 of 27 runs");
  expect(await page.locator("#run-list th[aria-sort]").getAttribute("aria-sort")).toBe("ascending");
  expect(Math.abs((await place()) - placeBefore)).toBeLessThanOrEqual(2);
  expect(troubles).toEqual([]);

  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByText("Cells, processes and runs in flight").click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.evaluate(() => scrollTo(0, 0));
  await keepPicture(page, "served-phone", { whole: false });
  expect(await serving.stop()).toBe(0);
  await context.close();
});

/** A process on another machine trains these runs, as it says itself. */
function trainElsewhere(folder: string, inFlight: readonly object[]): void {
  const config = configIn(folder);
  const provenance = {
    ...provenanceOf({ argv: ["sweep"], config, engine: fakeEngine(), shard: null }),
    host: "another",
  };
  const progress = { schema: 1, heard: new Date().toISOString(), elapsedMs: 9000, steps: 500, inFlight };
  for (const [kind, value] of Object.entries({ provenance, progress }))
    writeFileSync(join(folder, JOURNALS, `made.${kind}.json`), JSON.stringify(value));
}

test("a served report draws the curves of runs in flight, all on the same scales", async () => {
  const folder = temporaryFolder();
  writeResults(folder, (run) => (run.index < 2 ? likeThePaper(run) : "missing"), ["runs=3"]);
  trainElsewhere(folder, [
    { id: "mmoe/p=0.50/002", step: 45, steps: 100, curve: { steps: [15, 30, 45], train: [0.9, 0.09, 0.009] } },
    { id: "omoe/p=0.50/002", step: 23, steps: 100, curve: { steps: [15, 21], train: [0.9, 0.09] } },
    { id: "mmoe/p=0.90/002", step: 10, steps: 100 },
  ]);
  const serving: Serving = await serve(folder);
  const { page, context, troubles } = await visit(serving.address);
  await page.locator("#cells").waitFor();
  await page.getByText("Cells, processes and runs in flight").click();
  const lines = page.locator("#live polyline");
  await lines.first().waitFor();
  const points = await lines.evaluateAll((all) => all.map((line) => line.getAttribute("points")));
  expect(points).toEqual(["53.3,1.0 106.7,16.0 160.0,31.0", "53.3,1.0 74.7,16.0"]);
  expect(await page.locator("#live tr", { hasText: "mmoe/p=0.50/002" }).textContent()).toContain("0.0090");
  expect(troubles).toEqual([]);
  await keepPicture(page, "served-flights", { whole: false });
  expect(await serving.stop()).toBe(0);
  await context.close();
});
