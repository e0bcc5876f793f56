import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { keepPicture, outputFile } from "./chromium.ts";
import { faintTexts } from "./contrast.ts";
import { reportPages } from "./report-page.ts";

const openReport = reportPages();

const visible = (page: Page, selector: string) => page.locator(selector).filter({ visible: true });

describe("a report in the dark, on a phone and on paper", () => {
  test.each(["light", "dark"] as const)("has texts of enough contrast in the %s theme", async (colorScheme) => {
    const page = await openReport({ colorScheme });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    expect(await faintTexts(page)).toEqual([]);
    await keepPicture(page, `desktop-${colorScheme}-details-open`, { whole: colorScheme === "dark" });
  });

  test("cuts no text of a figure", async () => {
    const page = await openReport();
    const cut = await page.locator(".figure text").evaluateAll((all) =>
      all
        .filter((one) => {
          const [text, figure] = [one, one.closest("svg") as Element].map((part) => part.getBoundingClientRect());
          return text.left < figure.left - 0.5 || text.right > figure.right + 0.5;
        })
        .map((one) => one.textContent),
    );
    expect(cut).toEqual([]);
  });

  test("is dark where the reader asks for it, figures too", async () => {
    const page = await openReport({ colorScheme: "dark" });
    const ground = (selector: string, property: "backgroundColor" | "fill") =>
      page
        .locator(selector)
        .first()
        .evaluate((element, name) => getComputedStyle(element)[name], property);
    expect(await ground("html", "backgroundColor")).toBe("rgb(20, 23, 27)");
    expect(await ground(".figure .background", "fill")).toBe("rgb(20, 23, 27)");
    await keepPicture(page, "desktop-dark-first-screen", { whole: false });
  });

  test("is as wide as a phone, without anything beyond its edge", async () => {
    const page = await openReport({ viewport: { width: 390, height: 844 }, hasTouch: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const beyond = await page.locator("main *").evaluateAll((all) =>
      all
        .filter((one) => one.checkVisibility() && one.closest(".box, .picture") === null)
        .filter((one) => one.getBoundingClientRect().right > 391)
        .map((one) => one.outerHTML.slice(0, 80)),
    );
    expect(beyond).toEqual([]);
    const sizes = await page.locator(".figure text").evaluateAll((all) =>
      all.flatMap((text) => {
        const svg = text.closest("svg");
        const points = Number(svg?.getAttribute("viewBox")?.split(" ")[2]);
        const pixels = (Number.parseFloat(getComputedStyle(text).fontSize) * (svg?.clientWidth ?? 0)) / points;
        return text.checkVisibility() ? [pixels] : [];
      }),
    );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    const ground = page.locator("#cells .box").evaluate((box) => getComputedStyle(box).backgroundImage);
    expect((await ground).match(/linear-gradient/g)).toHaveLength(4); // shadows where more lies beyond an edge
    await keepPicture(page, "phone-first-screen", { whole: false });
    await keepPicture(page, "phone");
  });

  test("prints without its switches, every claim's tests included", async () => {
    const page = await openReport({ colorScheme: "dark" });
    const file = outputFile("print.pdf");
    await page.pdf({ path: file, format: "A4" });
    expect(readFileSync(file).subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ media: "print" });
    expect(await visible(page, ".switches, .save").count()).toBe(0);
    expect(await visible(page, ".claim details table").count()).toBe(6);
    const ground = page.locator("#cells .box").evaluate((box) => getComputedStyle(box).backgroundImage);
    expect(await ground).toBe("none");
    expect(await page.locator("html").evaluate((html) => getComputedStyle(html).backgroundColor)).toBe(
      "rgb(255, 255, 255)",
    );
    await keepPicture(page, "print");
  });

  test("prints nothing wider than A4, and figures that are lower, with heading and caption", async () => {
    const page = await openReport({ viewport: { width: 680, height: 1009 } }); // within margins of 15 mm
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(680);
    const heights = await page
      .locator(".figures .block")
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(heights.length).toBeGreaterThan(6);
    expect(Math.max(...heights)).toBeLessThan(1009);
  });
});
