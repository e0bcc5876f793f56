import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { JOURNALS } from "../../src/records/find-results.ts";
import { lineOf } from "../../src/records/journal-line.ts";
import { temporaryFolder } from "../support/effects.ts";
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
