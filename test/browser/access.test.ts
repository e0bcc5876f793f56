import type { Page } from "playwright-core";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { closeBrowser, type Opened, open } from "./chromium.ts";
import { reportOf } from "./made-report.ts";
import { violations } from "./violations.ts";

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.context.close();
  opened = undefined;
});
afterAll(closeBrowser);

/** Every kind of element, but fewer of each than in other tests. */
const report = reportOf(5);
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

function openAll(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}

/** Of contrast, media.test.ts has a test, which is faster. */
describe("axe-core finds nothing wrong with a report", () => {
  test("on a phone, with all that opens open", async () => {
    opened = await open(report, PHONE);
    const { page } = opened;
    await openAll(page);
    expect(await violations(page, { contrast: false })).toEqual([]);
  });

  test("in the dark, with all that opens open, after its switches were used, and while values are read", async () => {
    opened = await open(report, { colorScheme: "dark" });
    const { page } = opened;
    await page.getByRole("radio", { name: "held-out" }).check();
    await page.getByLabel("median").check();
    await page.getByRole("checkbox", { name: "OMoE", exact: true }).uncheck();
    await page.locator("#list-model").selectOption("MMoE");
    await page.getByRole("button", { name: /^Held-out loss/ }).click();
    await openAll(page);
    await page.locator("#figure4 .panel").filter({ visible: true }).first().focus();
    expect(await page.locator(".reading").count()).toBe(1);
    expect(await violations(page, { contrast: false })).toEqual([]);
  });
});
