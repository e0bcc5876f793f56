// The site in Chromium and Firefox.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContextOptions, closeBrowser, keepPicture, visit } from "../browser/chromium.ts";
import { Firefox } from "../browser/firefox.ts";
import { until } from "../browser/opened-page.ts";
import { violations } from "../browser/violations.ts";
import { BASE, OUT, pages, served, textOf } from "./site.ts";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
/** A slow 4G line: bytes a second each way, and the time that an answer takes. */
const LINE = { offline: false, downloadThroughput: 200_000, uploadThroughput: 90_000, latency: 150 };
const FIRST_PAINT_MS = 1000;
/** Of the texts of figures on a phone, in pixels. */
const LEAST_SIZE = 11;

let address = "";
let server: Server;
beforeAll(async () => {
  ({ address, server } = await served());
});
afterAll(async () => {
  await closeBrowser();
  server.close();
});

/** A page of the site, and the errors in its console. */
async function openPage(path = "", options: ContextOptions = {}): Promise<{ page: Page; errors: string[] }> {
  const { page, troubles } = await visit(`${address}${path}`, options);
  return { page, errors: troubles.filter((trouble) => !trouble.startsWith("request:")) };
}

/** Those of docs/, and every fourth of those that site/build.ts makes alike: of commands, settings and results. */
const LOOKED_AT = () => pages().filter((path, i) => (path.includes("/") ? i % 4 === 0 : path !== "404.html"));

test("axe-core finds nothing wrong with pages, none is wider than a phone, and its figures can be read there", async () => {
  const { page } = await openPage();
  const found: Record<string, string[]> = {};
  for (const [i, path] of LOOKED_AT().entries()) {
    await page.goto(`${address}${path}`);
    const wrong = await violations(page, { contrast: i % 8 === 0 }); // of the theme, which all have
    await page.setViewportSize(PHONE);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    const small = (await figures(page)).filter(({ size }) => size < LEAST_SIZE);
    await page.setViewportSize(DESKTOP);
    if (width !== PHONE.width) wrong.push(`${width} px wide`);
    wrong.push(...small.map(({ src, size }) => `${src}: texts of ${size} px`));
    if (wrong.length > 0) found[path] = wrong;
  }
  expect(found).toEqual({});
}, 1_200_000);

/** The figures on a page, with the size of the smallest text in each. */
async function figures(page: Page): Promise<{ src: string; size: number }[]> {
  const shown = await page
    .locator(".vp-doc img[src$='.svg']")
    .evaluateAll((all) => all.map((one) => ({ src: one.getAttribute("src") ?? "", width: one.clientWidth })));
  return shown.map(({ src, width }) => {
    const svg = textOf(src.slice(BASE.length));
    const points = Number(/viewBox="0 0 ([\d.]+) /.exec(svg)?.[1]);
    const sizes = [...svg.matchAll(/ font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
    return { src, size: (Math.min(...sizes) * width) / points };
  });
}

/** One page of each kind. */
const KINDS = [
  "",
  "statistics.html",
  "commands/sweep.html",
  "settings/optimizer.html",
  "results/",
  "results/paper.html",
  "gallery.html",
  "results/paper/report.html",
  "play.html#steps=200",
];

test.each([
  ["light", PHONE],
  ["dark", PHONE],
  ["light", DESKTOP],
  ["dark", DESKTOP],
] as const)(
  "axe-core finds nothing wrong with any kind of page: %s, %o",
  async (colorScheme, viewport) => {
    const { page } = await openPage("", { colorScheme, viewport });
    const found: Record<string, string[]> = {};
    for (const path of KINDS) {
      await page.goto(`${address}${path}`);
      const wrong = await violations(page, { contrast: !path.endsWith("report.html") }); // media.test.ts is faster at those
      if (wrong.length > 0) found[path] = wrong;
    }
    expect(found).toEqual({});
    await keepPicture(page, `site-${colorScheme}-${viewport.width}`, { whole: false });
  },
  600_000,
);

test("a page prints without what leads to others, and no code is cut", async () => {
  const { page } = await openPage("statistics.html", { viewport: { width: 680, height: 1009 } }); // A4 within its margins
  await page.emulateMedia({ media: "print" });
  expect(await page.locator(".VPNav, .VPLocalNav, .VPSidebar").filter({ visible: true }).count()).toBe(0);
  const cut = await page
    .locator("pre")
    .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length);
  expect(cut).toBe(0);
});

test("the first page paints within a second over a throttled line", async () => {
  const { page } = await visit("about:blank");
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", LINE);
  await page.goto(address, { waitUntil: "commit" });
  const paint = () => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
  await until(paint).toBeGreaterThan(0);
  expect(await paint()).toBeLessThan(FIRST_PAINT_MS);
});

describe("in Chromium", () => {
  test("the search finds a page by its words, and complains of nothing", async () => {
    const { page, errors } = await openPage();
    await page.locator(".VPNavBarSearch button").click();
    await page.locator("#localsearch-input").fill("gradnorm");
    await page.locator(".result").first().click();
    await until(() => page.locator("h1").first().textContent()).toContain("Methods against conflict");
    expect(errors).toEqual([]);
  });

  test("code can be copied, and the dark can be chosen", async () => {
    const { page } = await openPage("tutorial.html");
    expect(await page.locator("button.copy").count()).toBeGreaterThan(2);
    await page.locator(".VPNavBarAppearance .VPSwitch").click();
    expect(await page.locator("html").getAttribute("class")).toContain("dark");
  });

  test("where the dark is chosen, a figure is as the dark theme draws it", async () => {
    const { page } = await openPage("gallery.html", { colorScheme: "light" });
    const figure = page.locator("a[href*='map-heldout-320pt'] > img");
    const light = await figure.screenshot();
    await page.locator(".VPNavBarAppearance .VPSwitch").click();
    const dark = await figure.screenshot();
    expect(dark.equals(light)).toBe(false);
    await figure.evaluate((one, src) => Object.assign(one as HTMLImageElement, { src }).decode(), pictureInDark());
    expect(dark.equals(await figure.screenshot())).toBe(true);
  });

  test("links lead on, from the page that was opened and from those after it", async () => {
    const { page } = await openPage("commands/sweep.html", { viewport: PHONE });
    await page.locator(".vp-doc a", { hasText: "sweeps.md" }).click();
    await until(() => page.locator("h1").first().textContent()).toContain("Sweeps");
    await page.locator(".vp-doc a", { hasText: "config.md" }).first().click();
    await until(() => page.locator("h1").first().textContent()).toContain("Config");
    await keepPicture(page, "site-phone", { whole: false });
  });

  test("a report shows its tables and figures without scripts, and leads to the page of its results", async () => {
    const { page } = await openPage("results/paper/report.html", { javaScriptEnabled: false });
    expect(await page.locator("#cells table").first().isVisible()).toBe(true);
    expect(await page.locator("svg[data-figure=figure4]").first().isVisible()).toBe(true);
    await page.locator(".kicker a", { hasText: "paper" }).click();
    expect(await page.locator("h1").textContent()).toContain("The sweep paper");
  });

  test("the playground trains", async () => {
    const { page } = await openPage();
    await page.goto(`${address}play.html#steps=200`);
    await page.getByRole("button", { name: "Start over" }).waitFor();
  });

  test("pages, styles and links work from a folder without a server", async () => {
    const { page } = await visit(pathToFileURL(join(OUT, "results/paper.html")).href);
    expect(await page.locator(".vp-doc").evaluate((one) => getComputedStyle(one).fontFamily)).not.toContain("Times");
    await page.locator(".vp-doc a", { hasText: "All results" }).click();
    await until(() => page.locator("h1").textContent()).toContain("Committed results");
    await page.locator(".VPNavBarTitle a").click();
    await until(() => page.locator("h1").textContent()).toContain("mmoe");
    expect(await page.locator(".moving").evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  });
});

test("Firefox shows each kind of page whole, and its search answers", async () => {
  const firefox = await Firefox.start();
  const seen =
    "[document.querySelector('h1').checkVisibility(), document.documentElement.scrollWidth - document.documentElement.clientWidth]";
  for (const path of KINDS) {
    await firefox.open(`${address}${path}`);
    expect([path, await firefox.evaluate(seen)]).toEqual([path, [true, 0]]);
  }
  await firefox.open(address);
  await firefox.evaluate("document.querySelector('.VPNavBarSearch button').click()");
  await expect
    .poll(() => firefox.evaluate("document.querySelector('#localsearch-input') !== null"), { timeout: 60_000 })
    .toBe(true);
  await firefox.close();
}, 300_000);

/** That figure as `mmoe figures` draws it, as a URL. */
function pictureInDark(): string {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-dark-"));
  const how = ["--only", "map", "--width", "320pt", "--theme", "dark", "-o", folder];
  execFileSync(process.execPath, ["bin/mmoe.js", "figures", "results/map", ...how]);
  return `data:image/svg+xml;base64,${readFileSync(join(folder, "map-heldout-dark-320pt.svg")).toString("base64")}`;
}
