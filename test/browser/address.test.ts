import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { reportHtml } from "../../src/report/report.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { until } from "./opened-page.ts";
import { reportPages } from "./report-page.ts";

const openReport = reportPages();

const hash = (page: Page) => page.evaluate(() => decodeURIComponent(location.hash));
/** The address follows a moment after the page. */
const hashOf = (page: Page) => until(() => hash(page));
const isChecked = (page: Page, id: string) => page.locator(`#${id}`).isChecked();

async function chooseAll(page: Page): Promise<void> {
  await page.getByRole("radio", { name: "held-out" }).check();
  await page.getByLabel("logarithmic").check();
  await page.getByRole("checkbox", { name: "OMoE", exact: true }).uncheck();
  await page.getByRole("checkbox", { name: "0.9", exact: true }).uncheck();
  await page.getByRole("checkbox", { name: "points" }).uncheck();
  await page.locator("#run-index").fill("7");
  await page.locator("#list-model").selectOption("MMoE");
  await page.locator("#list-text").fill("0.5 1");
  await page.getByRole("button", { name: /^Held-out loss/ }).click();
  await page.getByRole("button", { name: /^Held-out loss/ }).click();
}

const CHOSEN =
  "#loss=heldout&scale=log&hide-model=omoe&hide-correlation=0.9&hide-paper=on" +
  "&run=7&list-model=MMoE&list-text=0.5+1&sort=Held-out+loss+descending";

describe("the address of a report", () => {
  test("has nothing of a page as it opens", async () => {
    const page = await openReport();
    await page.getByRole("radio", { name: "held-out" }).check();
    await hashOf(page).toBe("#loss=heldout");
    await page.getByRole("radio", { name: "training" }).check();
    await hashOf(page).toBe("");
  });

  test("has every choice, and shows it again after a reload", async () => {
    const page = await openReport();
    await chooseAll(page);
    await hashOf(page).toBe(CHOSEN);
    const rows = await page.locator("#run-list tbody").textContent();
    await page.reload();
    await hashOf(page).toBe(CHOSEN);
    for (const id of ["show-heldout", "show-log"]) expect([id, await isChecked(page, id)]).toEqual([id, true]);
    for (const id of ["show-model-1", "show-correlation-1", "show-paper", "show-train", "run-all"]) {
      expect([id, await isChecked(page, id)]).toEqual([id, false]);
    }
    expect(await page.locator("#run-reading").textContent()).toBe("7");
    expect(await page.locator("#run-list tbody").textContent()).toBe(rows);
    expect(await page.locator("#runs .chosen").count()).toBeGreaterThan(0);
  });

  test("has what is hidden at first and shown now: the paper's points beside runs too short for them", async () => {
    const page = await openReport({}, reportHtml(sweepResults({ set: ["runs=2"] }), "train"));
    expect([await isChecked(page, "show-paper"), await page.locator("#figure4 .paper").first().isVisible()]).toEqual([
      false,
      false,
    ]);
    await page.getByRole("checkbox", { name: "points" }).check();
    await hashOf(page).toBe("#show-paper=on");
    await page.reload();
    await hashOf(page).toBe("#show-paper=on");
    expect(await isChecked(page, "show-paper")).toBe(true);
  });

  test("has the place that a link leads to, and Back leads to the one before with its choices", async () => {
    const page = await openReport();
    await page.getByRole("radio", { name: "held-out" }).check();
    await page.getByRole("link", { name: "Cost" }).click();
    await hashOf(page).toBe("#costs&loss=heldout");
    await page.getByRole("radio", { name: "running mean" }).check();
    await hashOf(page).toBe("#costs&loss=running");
    await page.goBack();
    await hashOf(page).toBe("#loss=heldout");
    await until(() => isChecked(page, "show-heldout")).toBe(true);
  });

  test("is shown where it arrives when the page is about to write its own", async () => {
    const page = await openReport();
    await page.getByRole("link", { name: "Cost" }).click();
    await hashOf(page).toBe("#costs");
    for (let visit = 0; visit < 4; visit++) {
      await page.evaluate(() => {
        document.getElementById("show-log")?.click();
        history.back();
        for (const from = performance.now(); performance.now() - from < 500; ); // meanwhile the address arrives
      });
      await hashOf(page).toBe("");
      expect(await isChecked(page, "show-log")).toBe(false);
      await page.goForward();
      await hashOf(page).toMatch(/^#costs/);
    }
  });

  test("may have what the page doesn't know: then it opens as ever", async () => {
    const page = await openReport();
    await page.evaluate(() => {
      location.hash = "#nowhere&loss=best&hide-model=<b>&run=1e9&list-model=none&sort=Luck+ascending";
    });
    await page.reload();
    await hashOf(page).toBe("#nowhere&run=12");
    expect(await isChecked(page, "show-train")).toBe(true);
    expect(await page.locator("#list-count").textContent()).toBe("116 of 116 runs");
  });
});
