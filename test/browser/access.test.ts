import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type ContextOptions, closeBrowser, type Opened, open } from "./chromium.ts";
import { report } from "./made-report.ts";
import { violations } from "./violations.ts";

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.context.close();
  opened = undefined;
});
afterAll(closeBrowser);

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

describe("axe-core finds nothing wrong with a report", () => {
  test.each<[string, ContextOptions]>([
    ["in light", {}],
    ["in the dark", { colorScheme: "dark" }],
    ["on a phone", PHONE],
  ])("%s, with all that opens open", async (_, options) => {
    opened = await open(report, options);
    const { page } = opened;
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    expect(await violations(page)).toEqual([]);
  });

  test("after its switches were used, and while values are read", async () => {
    opened = await open(report, { colorScheme: "dark" });
    const { page } = opened;
    await page.getByRole("radio", { name: "held-out" }).check();
    await page.getByLabel("median").check();
    await page.getByRole("checkbox", { name: "OMoE", exact: true }).uncheck();
    await page.locator("#list-model").selectOption("MMoE");
    await page.getByRole("button", { name: /^Held-out loss/ }).click();
    await page.locator("#figure4 .panel").filter({ visible: true }).first().focus();
    expect(await page.locator(".reading").count()).toBe(1);
    expect(await violations(page)).toEqual([]);
  });
});
