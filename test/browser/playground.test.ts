import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { serveBy } from "../support/serving.ts";
import { type ContextOptions, keepPicture, visit } from "./chromium.ts";
import { openedPages, until } from "./opened-page.ts";
import { openPlayground, playgroundHtml } from "./playground-page.ts";
import { violations } from "./violations.ts";

const pageOf = openedPages();
const pageAt = (address = "", options: ContextOptions = {}) => pageOf(openPlayground(address, options));

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const CALM: ContextOptions = { reducedMotion: "reduce" };
const stepOf = async (page: Page) =>
  Number(((await page.locator(".steps").textContent()) ?? "").replace(/ of .*/, "").replaceAll(",", ""));
const hashOf = (page: Page) => until(() => page.evaluate(() => decodeURIComponent(location.hash)));
const untilDone = (page: Page) => page.getByRole("button", { name: "Start over" }).waitFor();

test("the page is one file of at most 600 KB", () => {
  expect(playgroundHtml().length).toBeLessThan(600_000);
});

describe("axe-core finds nothing wrong with the playground", () => {
  test.each<[string, ContextOptions]>([
    ["in light", {}],
    ["in the dark", { colorScheme: "dark" }],
    ["on a phone", PHONE],
  ])("%s, after training, on a stop of the tour with all that opens open", async (_, options) => {
    const page = await pageAt("#steps=500&tour=3", options);
    await page.getByText("Training settings").click();
    await untilDone(page);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(options.viewport?.width ?? 1280);
    await keepPicture(page, `playground-${options.viewport?.width ?? 1280}-${options.colorScheme ?? "light"}`);
  });
});

test("nothing moves while it trains but digits", async () => {
  const page = await pageAt("#steps=3000");
  await page.evaluate(() => {
    const seen = globalThis as unknown as { shifts: number };
    seen.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shifts += (entry as unknown as { value: number }).value;
    }).observe({ type: "layout-shift" });
  });
  await untilDone(page);
  expect(await page.evaluate(() => (globalThis as unknown as { shifts: number }).shifts)).toBeLessThan(0.001);
});

/** How many steps a page goes on for that were not done a tenth of a second after its pause. */
async function stepsAfterPause(page: Page): Promise<number> {
  const before = await stepOf(page);
  await until(() => stepOf(page)).toBeGreaterThan(before);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.waitForTimeout(100);
  const paused = await stepOf(page);
  await page.waitForTimeout(700);
  const after = (await stepOf(page)) - paused;
  await page.getByRole("button", { name: "Train", exact: true }).click();
  return after;
}

test("training pauses within a tenth of a second, and goes on", async () => {
  const page = await pageAt("#steps=1000000");
  await until(() => stepsAfterPause(page)).toBe(0); // again where other work delays it
  const before = await stepOf(page);
  await until(() => stepOf(page)).toBeGreaterThan(before);
});

test("who wants no motion begins by hand", async () => {
  const page = await pageAt("", CALM);
  await page.waitForTimeout(500);
  expect(await stepOf(page)).toBe(0);
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await until(() => stepOf(page)).toBeGreaterThan(0);
});

describe("the correlation changes", () => {
  test("by keyboard, with the address, the command and the training", async () => {
    const page = await pageAt("", CALM);
    const slider = page.getByRole("slider", { name: /correlation p/ });
    await slider.focus();
    for (let press = 0; press < 10; press++) await page.keyboard.press("ArrowRight");
    await hashOf(page).toBe("#p=0.6");
    await until(() => page.locator("pre").textContent()).toBe("mmoe sweep --corr 0.6 --runs 1");
    const drawn = page.locator("[data-fingerprint]").first();
    await until(() => drawn.getAttribute("data-fingerprint")).toBe("shared-bottom/p=0.60/000");
  });

  test("by dragging an arrow", async () => {
    const page = await pageAt("", CALM);
    const box = await page.locator(".directions").boundingBox();
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    await page.mouse.move(x + 40, y - 60);
    await page.mouse.down();
    await page.mouse.move(x - 60, y - 80, { steps: 4 });
    await page.mouse.up();
    await hashOf(page).toBe("#p=-0.6"); // cosine of the direction (-60, 80)
  });
});

test("an address shows its state, Back leads to the one before, and nonsense opens as ever", async () => {
  const page = await pageAt("#p=0.9&tasks=3&models=mmoe:4x8&loss=running&scale=log&lr=oops", CALM);
  await hashOf(page).toBe("#p=0.9&tasks=3&models=mmoe:4x8&loss=running&scale=log");
  expect(await page.getByRole("spinbutton", { name: "experts" }).inputValue()).toBe("4");
  expect(await page.getByRole("radio", { name: "running mean" }).isChecked()).toBe(true);
  await until(() => page.locator("pre").textContent()).toContain("--model-set mmoe.experts.shared=4");
  await page.evaluate(() => {
    location.hash = "#p=1&models=omoe";
  });
  await until(() => page.getByLabel("model 1").inputValue()).toBe("omoe");
  await page.goBack();
  await until(() => page.getByLabel("model 1").inputValue()).toBe("mmoe");
});

test("an address that arrives when the page is about to write its own is shown", async () => {
  const page = await pageAt("#models=mmoe&steps=1000000");
  await page.evaluate(() => {
    location.hash = "#models=omoe&steps=1000000";
  });
  await until(() => page.getByLabel("model 1").inputValue()).toBe("omoe");
  for (const model of ["mmoe", "omoe", "mmoe", "omoe"]) {
    await page.evaluate((goBack) => {
      if (goBack) history.back();
      else history.forward();
      for (const from = performance.now(); performance.now() - from < 500; ); // meanwhile the address arrives
    }, model === "mmoe");
    await until(() => page.getByLabel("model 1").inputValue()).toBe(model);
  }
});

test("what is typed out of bounds becomes the nearest number within, and the bounds are told", async () => {
  const page = await pageAt("#tasks=3", CALM);
  const tasks = page.getByLabel("tasks", { exact: true });
  const bounds = page.getByText("2 to 5", { exact: true });
  await tasks.fill("9");
  await page.getByLabel("noise").focus();
  await bounds.waitFor();
  expect(await tasks.inputValue()).toBe("5");
  await hashOf(page).toBe("#tasks=5");
  await tasks.fill("4");
  await page.getByLabel("noise").focus();
  await bounds.waitFor({ state: "detached" });
  await hashOf(page).toBe("#tasks=4");
});

test("what is being typed stays while the page trains", async () => {
  const page = await pageAt("#steps=1000000");
  await page.getByLabel("tasks", { exact: true }).fill("4");
  const before = await stepOf(page);
  await until(() => stepOf(page)).toBeGreaterThan(before);
  await page.getByLabel("noise").focus();
  await hashOf(page).toBe("#tasks=4&steps=1000000");
});

test("on a phone a stop of the tour has its text and its picture on one screen", async () => {
  const page = await pageAt("", { ...PHONE, ...CALM });
  for (const [button, part] of [
    ["Less related", "learned"],
    ["How the paper", "losses"],
  ] as const) {
    await page.locator(".tour button", { hasText: button }).click();
    const picture = page.locator(`section:has(#${part}), .card:has(#${part})`).last().locator("svg").first();
    await expect.poll(async () => (await picture.boundingBox())?.y ?? 0, { timeout: 20_000 }).toBeLessThan(300);
    const [shown, told] = [await picture.boundingBox(), await page.locator(".told").boundingBox()];
    expect(shown?.y).toBeGreaterThan(0);
    expect((shown?.y ?? 0) + (shown?.height ?? 0)).toBeLessThanOrEqual(told?.y ?? 0);
    expect((told?.y ?? 0) + (told?.height ?? 0)).toBe(844);
    expect(await page.locator(".told h2").isVisible()).toBe(true);
  }
});

test("a changed setting leaves the tour's text, and leads back to its stop", async () => {
  const page = await pageAt("", CALM);
  await page.getByRole("button", { name: "4 Each task picks its own experts" }).click();
  await page.getByRole("button", { name: "Set p to 1" }).click();
  await page.getByText("You changed a setting").waitFor();
  await hashOf(page).toBe("#p=1&models=omoe,mmoe&loss=heldout&tour=4");
  await page.getByRole("button", { name: "Back to this stop" }).click();
  await hashOf(page).toBe("#models=omoe,mmoe&loss=heldout&tour=4");
  await page.getByText("You changed a setting").waitFor({ state: "detached" });
});

test("text in the charts of losses and runs has at least 10 pixels on a phone", async () => {
  const page = await pageAt("", { ...PHONE, ...CALM });
  const least = () =>
    page.locator(".fitted svg.drawing").evaluateAll((drawings) =>
      Math.min(
        ...drawings.flatMap((drawing) => {
          const scale = drawing.getBoundingClientRect().width / (drawing as SVGSVGElement).viewBox.baseVal.width;
          return [...drawing.querySelectorAll("text")].map((text) => scale * Number(text.getAttribute("font-size")));
        }),
      ),
    );
  await until(least).toBeGreaterThanOrEqual(10);
  expect(await least()).toBeLessThan(20);
});

test("models are added, exchanged and removed", async () => {
  const page = await pageAt("#models=mmoe", CALM);
  await page.getByRole("button", { name: "Add a model" }).click();
  await until(() => page.locator(".card").count()).toBe(2);
  await page.getByLabel("model 2").selectOption("ple");
  await hashOf(page).toBe("#models=mmoe,ple");
  await page.getByRole("button", { name: "Remove MMoE" }).click();
  await hashOf(page).toBe("#models=ple");
});

test("twenty runs of each model fill the histogram", async () => {
  const page = await pageAt("#steps=250&models=shared-bottom,mmoe");
  await page.getByRole("button", { name: "Train 20 runs of each" }).click();
  await page.getByRole("img", { name: /Shared-Bottom: \d+ of 20 in a bad minimum. MMoE: \d+ of 20 in/ }).waitFor();
  await until(() => page.locator("pre").textContent()).toContain("--runs 20");
});

test("figures are saved as SVG and PNG, and their numbers as CSV", async () => {
  const page = await pageAt("#steps=500&models=mmoe");
  await untilDone(page);
  const saved = async (format: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: `Save losses as ${format}` }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const [svg, png, csv] = [await saved("SVG"), await saved("PNG"), await saved("CSV")];
  expect([svg.name, png.name, csv.name]).toEqual(["losses-train.svg", "losses-train.png", "losses-train.csv"]);
  expect(svg.bytes.toString()).toMatch(/^<svg .*<\/svg>\n$/s);
  expect(svg.bytes.toString()).not.toContain("var(");
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  const [head, ...rows] = csv.bytes.toString().trim().split("\n");
  expect([head, rows.length]).toEqual(["model,step,task,train,running,heldout", 4]);
});

test("a served page trains by a policy without inline code", async () => {
  const serving = await serveBy("play");
  const page = await pageOf(visit(serving.address));
  await until(() => stepOf(page)).toBeGreaterThan(0);
  expect(await serving.stop()).toBe(0);
});
