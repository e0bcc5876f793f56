import type { Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { type ContextOptions, closeBrowser, type Opened, open } from "./chromium.ts";
import { report } from "./made-report.ts";

/** Opens the report, or another one, for a test of this file. After the test it is closed, and must have had no trouble. */
export function reportPages(): (options?: ContextOptions, html?: string) => Promise<Page> {
  let opened: Opened | undefined;
  afterEach(async () => {
    const troubles = opened?.troubles ?? [];
    await opened?.context.close();
    opened = undefined;
    expect(troubles).toEqual([]);
  });
  afterAll(closeBrowser);
  return async (options = {}, html = report) => {
    opened = await open(html, options);
    return opened.page;
  };
}
