import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import { toCsv } from "../../src/records/csv.ts";
import { open, outputFile } from "./chromium.ts";
import { results } from "./made-report.ts";
import { reportPages } from "./report-page.ts";

const openReport = reportPages();

/** Presses a figure's button; what it saves goes to the tests' output. */
async function saved(page: Page, figure: string, format: "SVG" | "PNG" | "CSV") {
  const download = page.waitForEvent("download");
  await page.locator(`#${figure} .save button`, { hasText: format }).press("Enter");
  const name = (await download).suggestedFilename();
  const file = outputFile(name);
  await (await download).saveAs(file);
  return { name, bytes: readFileSync(file) };
}

const drawn = (name: string, options: Partial<typeof DEFAULT_OPTIONS>) =>
  SWEEP_FIGURES.find((kind) => kind.name === name)?.draw(results, { ...DEFAULT_OPTIONS, ...options }) as Figure;

describe("a figure of a report", () => {
  test("is saved as an SVG that stands alone, light and without what is hidden", async () => {
    const page = await openReport({ colorScheme: "dark" });
    await page.getByRole("radio", { name: "held-out" }).check();
    await page.getByRole("checkbox", { name: "OMoE", exact: true }).uncheck();
    const { name, bytes } = await saved(page, "figure4", "SVG");
    const text = bytes.toString();
    expect(name).toBe("figure4-heldout-paper-without-omoe.svg");
    expect(text).toMatch(/<rect class="background"[^>]* fill="#ffffff"/);
    expect(text).toContain("<title>Loss against training steps");
    expect(text).not.toMatch(/var\(|<use|href=|data-reading|tabindex|data-model="omoe"/);
    expect(text).toContain('data-model="mmoe"');
    expect(text).toMatch(/<desc>Mean held-out loss.* Not shown: OMoE\.<\/desc>/);

    const picture = await open(text, {}, "svg");
    const shown = await picture.page.evaluate(async () => {
      await document.fonts.ready;
      const { width } = document.documentElement.getBoundingClientRect();
      return { width, font: document.fonts.check("8px 'Fira Sans'"), faces: document.fonts.size };
    });
    expect(shown).toEqual({ width: expect.closeTo(316.8, 0), font: true, faces: 2 });
    expect(picture.troubles).toEqual([]);
    await picture.context.close();
  });

  test("is saved as a PDF by the browser's dialogue: alone, on one page of its size", async () => {
    const page = await openReport({ colorScheme: "dark" });
    const title = await page.title();
    await page.evaluate(() => {
      window.print = () => document.documentElement.setAttribute("data-asked", document.title);
    });
    await page.locator("#figure4 .save button", { hasText: "PDF" }).press("Enter");
    expect(await page.locator("html").getAttribute("data-asked")).toBe("figure4-paper");
    await page.emulateMedia({ media: "print" });
    expect(
      await page
        .locator("body *")
        .filter({ visible: true })
        .first()
        .evaluate(({ tagName }) => tagName),
    ).toBe("MAIN");
    expect(await page.locator("h1, h2, h3, p, table, figcaption").filter({ visible: true }).count()).toBe(0);
    const box = await page
      .locator("#figure4 .printed")
      .evaluate((svg) => svg.getAttribute("viewBox")?.split(" ") ?? []);
    const pdf = (await page.pdf({ path: outputFile("figure4.pdf"), preferCSSPageSize: true })).toString("latin1");
    const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
    expect([Number(width), Number(height)]).toEqual([2, 3].map((i) => expect.closeTo(Number(box[i]), -0.5)));
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);

    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    expect(await page.title()).toBe(title);
    expect(await page.locator("table").filter({ visible: true }).count()).toBeGreaterThan(0);
  });

  test("is saved as a PNG of six pixels a point, white in the dark too", async () => {
    const page = await openReport({ colorScheme: "dark" });
    const { name, bytes } = await saved(page, "final-loss", "PNG");
    expect(name).toBe("final-loss-paper.png");
    expect(bytes.readUInt32BE(16)).toBe(Math.round(237.6 * 6));
    const corner = await page.evaluate(async (data) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      return [...(canvas.getContext("2d")?.getImageData(2, 2, 1, 1).data ?? [])];
    }, bytes.toString("base64"));
    expect(corner).toEqual([255, 255, 255, 255]);
  });

  test.each([
    ["figure4", { loss: "running", statistic: "median", paper: true }],
    ["figure5", { loss: "running", statistic: "median" }],
    ["distributions", { loss: "running" }],
    ["runs", { loss: "running" }],
  ] as const)("%s is saved as the rows of its CSV file", async (name, options) => {
    const page = await openReport();
    await page.getByRole("radio", { name: "running mean" }).check();
    await page.getByLabel("median").check();
    const rows = parse((await saved(page, name, "CSV")).bytes) as string[][];
    expect(rows).toEqual(parse(toCsv(drawn(name, options).data)));
  });

  test("is saved as the rows that it was drawn of, where some are hidden", async () => {
    const page = await openReport();
    for (const name of ["OMoE", "0.9"]) await page.getByRole("checkbox", { name, exact: true }).uncheck();
    const { name, bytes } = await saved(page, "differences", "CSV");
    expect(name).toBe("differences-without-omoe-without-0.9.csv");
    const rows = parse(bytes, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ first, second, correlation }) => [first, second, correlation])).toEqual([
      ["shared-bottom", "mmoe", "0.5"],
      ["shared-bottom", "mmoe", "1"],
    ]);
  });

  test("is saved as one without the paper's points where they are hidden", async () => {
    const page = await openReport();
    await page.getByRole("checkbox", { name: "points" }).uncheck();
    const { name, bytes } = await saved(page, "final-loss", "CSV");
    expect(name).toBe("final-loss.csv");
    const [columns] = parse(bytes) as string[][];
    expect(columns).toEqual(Object.keys(drawn("final-loss", { theme: "page" }).data[0] ?? {}));
  });
});
