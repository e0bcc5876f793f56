import type { Page } from "playwright-core";
import { type ContextOptions, open } from "./chromium.ts";
import { report } from "./made-report.ts";
import { openedPages } from "./opened-page.ts";

/** Opens the report, or another one, for a test of this file. */
export function reportPages(): (options?: ContextOptions, html?: string) => Promise<Page> {
  const pageOf = openedPages();
  return async (options = {}, html = report) => {
    const page = await pageOf(open(html, options));
    if (options.javaScriptEnabled !== false) await page.locator(".save").first().waitFor({ state: "attached" }); // its data is unpacked
    return page;
  };
}
