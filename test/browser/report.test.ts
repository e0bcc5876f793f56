import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { RecordedPoint, SweepCell } from "../../src/figures/draw/facts.ts";
import { recordedOf } from "../../src/figures/sweep-facts.ts";
import { readResults } from "../../src/records/read-results.ts";
import { finalLosses, type RunRecord } from "../../src/records/record.ts";
import { reportHtml } from "../../src/report/report.ts";
import { keepPicture, open, outputFile } from "./chromium.ts";
import { HOSTILE, report, results } from "./made-report.ts";
import { reportPages } from "./report-page.ts";

/** The first cell's run with the index 4. */
const fourth = results.records.find(({ id }) => id === "shared-bottom/p=0.50/004") as RunRecord;

const openReport = reportPages();

const visible = (page: Page, selector: string) => page.locator(selector).filter({ visible: true });
const classesOf = (page: Page) =>
  visible(page, ".variant").evaluateAll((all) => all.map(({ classList }) => [...classList]));

/** The lines of the values that are shown. */
const readingOf = (page: Page) => page.locator(".reading p").allTextContents();

describe("a report in Chromium", () => {
  test("opens without an error, a dialog or a request, whatever names it holds", async () => {
    const page = await openReport();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("#settings p").first().textContent()).toBe(HOSTILE);
    expect(await page.evaluate(() => document.fonts.check("1rem 'Fira Sans'"))).toBe(true);
    await keepPicture(page, "desktop-first-screen", { whole: false });
    await keepPicture(page, "desktop");
  });

  test("blocks a script that is not its own", async () => {
    const inserted = await open(report.replace("</main>", "<script>document.title='taken'</script></main>"));
    expect(await inserted.page.title()).toMatch(/^fixed-rows: /);
    expect(inserted.troubles.join()).toMatch(/Content Security Policy/);
    await inserted.context.close();
  });

  test("shows one picture of each figure, of the loss, statistic and axis that are chosen", async () => {
    const page = await openReport();
    const figures = await page.locator(".block").count();
    const shown = async () => {
      const classes = await classesOf(page);
      expect(classes).toHaveLength(figures);
      return ["train", "heldout", "running", "mean", "median", "linear", "log"].filter((one) =>
        classes.every((all) => all.includes(one)),
      );
    };
    expect(await shown()).toEqual(["train", "mean", "linear"]);
    await page.getByRole("radio", { name: "held-out" }).check();
    await page.getByLabel("median").check();
    await page.getByLabel("logarithmic").check();
    expect(await shown()).toEqual(["heldout", "median", "log"]);
    expect(await visible(page, "#figure4 svg text").first().textContent()).toMatch(/^Median held-out loss/);
    await keepPicture(page, "desktop-heldout-median-log", { whole: false });
    await page.getByRole("radio", { name: "running mean" }).check();
    expect(await shown()).toEqual(["running", "median", "log"]);
    expect(await visible(page, "#figure4 svg text").first().textContent()).toMatch(/^Median running mean/);
  });

  test("switches models, correlations and the paper's points off and on", async () => {
    const page = await openReport();
    const count = (selector: string) => visible(page, `.figures ${selector}`).count();
    for (const [label, selector] of [
      ["OMoE", '[data-model="omoe"] path'],
      ["0.9", '[data-correlation="0.9"]'],
      ["points", ".paper path"],
    ] as const) {
      const before = await count(selector);
      expect(before).toBeGreaterThan(0);
      await page.getByRole("checkbox", { name: label, exact: true }).uncheck();
      expect(await count(selector)).toBe(0);
      await page.getByRole("checkbox", { name: label, exact: true }).check();
      expect(await count(selector)).toBe(before);
    }
  });

  test("says which models and correlations are not shown", async () => {
    const page = await openReport();
    const note = page.locator(".not-shown");
    expect(await note.isVisible()).toBe(false);
    for (const name of ["OMoE", "0.5", "0.9"]) await page.getByRole("checkbox", { name, exact: true }).uncheck();
    expect(await note.textContent()).toBe("Not shown: OMoE; correlations 0.5, 0.9.");
    for (const name of ["OMoE", "0.5", "0.9"]) await page.getByRole("checkbox", { name, exact: true }).check();
    expect(await note.isVisible()).toBe(false);
  });

  test("draws its figures again without what is hidden: axes, panels, headings, captions", async () => {
    const page = await openReport();
    const shown = async (figure: string) => {
      const svg = visible(page, `#${figure} svg.figure`);
      const axis = await svg.locator(".panel").first().getAttribute("data-y");
      const titles = await svg.getByText(/^correlation/).allTextContents();
      const [, , , height] = ((await svg.getAttribute("viewBox")) ?? "").split(" ");
      const heading = await page.locator(`#${figure} h3`).textContent();
      return { top: Number(axis?.split(" ")[2]), titles, height: Number(height), heading };
    };
    const [before, rows] = [await shown("figure4"), await shown("figure5")];
    for (const name of ["Shared-Bottom", "0.5", "MMoE"]) {
      await page.getByRole("checkbox", { name, exact: true }).uncheck();
    }
    const after = await shown("figure4");
    expect(after.top).toBeLessThan(before.top);
    expect(after.titles.slice(0, 2)).toEqual(["correlation 0.9", "correlation 1"]);
    expect((await shown("figure5")).height).toBeLessThan(0.6 * rows.height); // one row of panels, not three
    expect(await visible(page, "#figure5 .panel").count()).toBe(2);
    expect((await shown("distributions")).heading).toBe("Spread of the final losses of OMoE");
    expect(await visible(page, "#figure5 figcaption").textContent()).toMatch(/n\s=\s12 to 13 runs in each cell/);
    expect(await visible(page, "#differences .redrawn").textContent()).toBe(
      "Not drawn: runs of two models are needed.",
    );
    expect(await visible(page, "#differences .save").count()).toBe(0);
    await keepPicture(page, "without-some", { whole: false });

    for (const name of ["Shared-Bottom", "0.5", "MMoE"]) {
      await page.getByRole("checkbox", { name, exact: true }).check();
    }
    expect(await shown("figure4")).toEqual(before);
    expect(await page.locator(".redrawn").count()).toBe(0);
    expect((await shown("distributions")).heading).toBe("Spread of the final losses");
  });

  test("reads values off figures that it drew again, and draws a run in them", async () => {
    const page = await openReport();
    await page.getByRole("checkbox", { name: "OMoE", exact: true }).uncheck();
    await visible(page, "#figure4 .redrawn .panel").first().focus();
    const [first, ...values] = await readingOf(page);
    expect(first).toMatch(/^step 10000, 95 % intervals over 13 runs$/);
    expect(values.map((line) => line.split(" ")[0])).toEqual(["Shared-Bottom", "MMoE"]);
    await page.getByLabel("Run", { exact: true }).fill("3");
    expect(await visible(page, "#runs .redrawn .chosen").count()).toBe(6);
  });

  test("without JavaScript leaves the numbers of axes that hidden panels share with others", async () => {
    const page = await openReport({ javaScriptEnabled: false });
    const numbers = (figure: string, side: string) => visible(page, `#${figure} .axes .${side}`).count();
    const before = await numbers("figure5", "left");
    for (const name of ["0.5", "MMoE"]) await page.getByRole("checkbox", { name, exact: true }).uncheck();
    expect(await numbers("figure5", "left")).toBe((before * 2) / 3); // those of two rows of three
    expect(await numbers("figure5", "below")).toBeGreaterThan(0); // of the last row, MMoE's
    expect(await visible(page, "#figure5 .panel").count()).toBe(4);
  });

  test("is read and switched without JavaScript", async () => {
    const page = await openReport({ javaScriptEnabled: false });
    await page.getByRole("checkbox", { name: "Shared-Bottom" }).uncheck();
    expect((await visible(page, "#figure4 svg text").first().textContent()) ?? "").toMatch(/^Mean training loss/);
    expect(await visible(page, '.figures [data-model="shared-bottom"]').count()).toBe(0);
    await page.getByRole("radio", { name: "held-out" }).check();
    const place = visible(page, "#figure4 .picture");
    expect(await place.evaluate((one) => getComputedStyle(one, "::before").content)).toMatch(/needs JavaScript/);
    expect(await visible(page, "#run-picker").count()).toBe(0);
    expect(await visible(page, "#cells tbody tr").count()).toBe(9);
    expect(await visible(page, "#run-list").count()).toBe(0);
    expect(await visible(page, ".needs-script").count()).toBe(1);
    await page.getByText("Every claim on all losses").click();
    await page.getByText("How it was tested", { exact: true }).first().click();
    expect(await visible(page, ".claim details table").count()).toBe(1);
    await keepPicture(page, "without-javascript", { whole: false });
  });

  test("says which browsers unpack it where one can't, and is read there all the same", async () => {
    const script = "delete globalThis.DecompressionStream;";
    const hash = createHash("sha256").update(script).digest("base64");
    const lacking = report
      .replace("script-src ", `script-src 'sha256-${hash}' `)
      .replace("<body>", `<body><script>${script}</script>`);
    const page = await openReport({}, lacking);
    expect(await visible(page, "header .unfinished").last().textContent()).toMatch(
      /lacks DecompressionStream.* Firefox 113/,
    );
    expect(await visible(page, "#figure4 svg").count()).toBe(1);
    expect(await visible(page, "#run-list, #run-picker").count()).toBe(0);
  });

  test("has the tables of the tasks whole in a window of 1280 pixels", async () => {
    const census = await readResults(join("results", "census-1"), () => {});
    const page = await openReport({}, reportHtml(census, "heldout"));
    const box = page.locator("#tasks .box");
    const [inner, outer] = await box.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
    expect(inner).toBeLessThanOrEqual(outer);
    expect(await box.locator("thead th").count()).toBe(10);
  });

  test("shows the values of all models under the pointer, with their intervals", async () => {
    const page = await openReport();
    const panel = visible(page, "#figure4 .panel[data-correlation='0.9']").first();
    await panel.scrollIntoViewIfNeeded();
    await panel.locator(".guides").hover({ force: true });
    const [first, ...values] = await readingOf(page);
    const [, step, runs] = /^step (\d+), 95 % intervals over (.*) runs$/.exec(first ?? "") ?? [];
    expect(runs).toBe("12 to 13"); // one of OMoE's failed
    const recorded = recordedOf(results);
    const cell = recorded.cells.find(({ model, correlation }) => model === "mmoe" && correlation === 0.9);
    const curve = recorded.curve(cell as SweepCell, "train");
    expect(values).toHaveLength(3);
    const { mean } = curve.find((one) => one.step === Number(step)) as RecordedPoint;
    const [value, low, high] = [mean.value, mean.low, mean.high].map((loss) => loss.toFixed(4));
    expect(values[2]).toBe(`MMoE ${value} [${low}, ${high}]`);
    await keepPicture(page, "values-under-the-pointer", { whole: false });
    await page.mouse.move(2, 2);
    expect(await page.locator(".reading").count()).toBe(0);
  });

  test("shows a bar's count under the pointer, and leaves nothing for the browser to show beside it", async () => {
    const page = await openReport();
    await visible(page, "#figure5 .bar").first().hover();
    expect((await readingOf(page)).join()).toMatch(/^Shared-Bottom, correlation 0\.5: \d+ runs? at 0\.\d+ to 0\.\d+$/);
    expect(await visible(page, "#figure5").locator("title").count()).toBe(0);
  });

  test("shows a point's interval and its runs under the pointer", async () => {
    const page = await openReport();
    await page.locator("#final-loss").evaluate((block) => block.scrollIntoView()); // clear of the switches
    await visible(page, "#final-loss .point").last().hover({ force: true });
    expect((await readingOf(page)).join()).toMatch(/^MMoE, correlation 1: 0\.\d+ \[0\.\d+, 0\.\d+\], 12 runs$/);
  });

  test("reads a panel's values by the keyboard, with its focus to be seen", async () => {
    const page = await openReport();
    const panel = visible(page, "#figure4 .panel").first();
    await visible(page, "#show-paper").focus();
    await page.keyboard.press("Tab");
    expect(await panel.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await panel.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
    const first = async () => (await readingOf(page))[0];
    expect(await first()).toMatch(/^step 10000, /);
    await page.keyboard.press("ArrowLeft");
    expect(await first()).toMatch(/^step 9900, /);
    await page.keyboard.press("Home");
    expect(await first()).toMatch(/^step 100, /);
    await page.keyboard.press("Escape");
    expect(await page.locator(".reading").count()).toBe(0);
  });

  test("is operated by the keyboard alone, every stop with a visible focus", async () => {
    const page = await openReport();
    const stops: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const [name, outline] = await page.evaluate(() => {
        const element = document.activeElement as Element;
        return [element.id || element.textContent?.trim() || "", getComputedStyle(element).outlineStyle] as const;
      });
      stops.push(name);
      expect([name, outline]).not.toEqual([name, "none"]);
    }
    expect(stops[0]).toBe("Skip to the verdicts");
    expect(stops).toContain("show-train");
    expect(stops).toContain("show-model-2");
    await page.locator("#show-train").focus();
    await page.keyboard.press("ArrowRight");
    expect((await classesOf(page)).every((classes) => classes.includes("heldout"))).toBe(true);
  });

  test("draws one run in every cell, by its index and by pointing at it", async () => {
    const page = await openReport();
    const chosen = visible(page, "#runs .chosen");
    const finals = async () => (await visible(page, "#runs .final").allTextContents()).join(" ");
    expect(await chosen.count()).toBe(9);
    const first = await finals();
    await page.locator("#run-index").fill("4");
    expect(await page.locator("#run-reading").textContent()).toBe("4");
    expect(await chosen.count()).toBe(8); // it failed in one cell
    expect(await finals()).not.toBe(first);
    const panel = visible(page, "#runs .panel").first();
    await page.locator("#runs").evaluate((block) => block.scrollIntoView()); // clear of the switches
    await panel.locator(".guides").hover({ force: true, position: { x: 60, y: 20 } });
    expect(await page.locator("#run-reading").textContent()).not.toBe("4");
    const finalOf = async () => Number((await finals()).split(" ")[0]);
    for (const [loss, set] of [
      ["training", "train"],
      ["running mean", "running"],
    ] as const) {
      await page.getByRole("radio", { name: loss }).check();
      await page.locator("#run-index").fill("4");
      expect(await finalOf()).toBeCloseTo(finalLosses(fourth, set)?.mean as number, 4);
    }
    await page.getByLabel("all of these runs").check();
    expect(await visible(page, "#runs .every").count()).toBe(9);
    await page.locator("#runs").screenshot({ path: outputFile("single-runs.png") });
  });

  test("sorts and filters the table of runs, and leads from a run to its curve", async () => {
    const page = await openReport();
    const rows = visible(page, "#run-list tbody tr");
    const texts = (column: number) => page.locator(`#run-list td:nth-child(${column})`).allTextContents();
    const counted = () => page.locator("#list-count").textContent();
    expect([await rows.count(), await counted()]).toEqual([50, "116 of 116 runs"]);
    await page.getByRole("button", { name: "Show more" }).click();
    expect(await rows.count()).toBe(100);

    await page.getByRole("button", { name: /^Training loss/ }).click();
    await page.getByRole("button", { name: /^Training loss/ }).click();
    expect((await texts(4))[0]).toBe("–"); // the failed run
    const losses = (await texts(4)).slice(1).map(Number);
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));

    await page.locator("#list-status").selectOption("failed");
    expect([await texts(1), await texts(3), await texts(7)]).toEqual([["OMoE"], ["4"], [HOSTILE]]);
    await page.locator("#list-status").selectOption("all");
    await page.locator("#list-model").selectOption("MMoE");
    await page.locator("#list-correlation").selectOption("0.9");
    expect(await counted()).toBe("13 of 116 runs");
    await keepPicture(page, "table-of-runs", { whole: false });

    await page.getByRole("checkbox", { name: "MMoE", exact: true }).uncheck();
    await page.getByRole("button", { name: "Run 12 of MMoE at correlation 0.9: its curve" }).click();
    expect(await page.locator("#run-reading").textContent()).toBe("12");
    const focus = await page.evaluate(() => ({ ...(document.activeElement as SVGElement | null)?.dataset }));
    expect(focus).toMatchObject({ model: "mmoe", correlation: "0.9" });
    expect(await page.locator(":focus .chosen").count()).toBe(1);
  });
});
