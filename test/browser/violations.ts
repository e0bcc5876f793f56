import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe-core finds wrong on a page, each with the first elements that have it: WCAG 2.2 AA and its best practices. Contrast
 * takes most of its time, and is left out where `contrast` is false.
 */
export async function violations(page: Page, { contrast = true } = {}): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (enabled) => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    return axe.run({ resultTypes: ["violations"], rules: { "color-contrast": { enabled } } });
  }, contrast);
  return found.violations.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map(({ html }) => html.slice(0, 160));
    return `${id}: ${help} (${nodes.length}): ${where.join(" | ")}`;
  });
}
