import type { Page } from "playwright-core";
import { type ContextOptions, open } from "./chromium.ts";
import { report } from "./made-report.ts";
import { openedPages } from "./opened-page.ts";

/** Opens the report, or another one, for a test of this file. */
export function reportPages(): (options?: ContextOptions, html?: string) => Promise<Page> {
  const pageOf = openedPages();
  return (options = {}, html = report) => pageOf(open(html, options));
}
