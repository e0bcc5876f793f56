import type { Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { closeBrowser, type Opened } from "./chromium.ts";

/** The page of what a test of this file opens. After the test it is closed, and must have had no trouble. */
export function openedPages(): (opening: Promise<Opened>) => Promise<Page> {
  let opened: Opened | undefined;
  afterEach(async () => {
    const troubles = opened?.troubles ?? [];
    await opened?.context.close();
    opened = undefined;
    expect(troubles).toEqual([]);
  });
  afterAll(closeBrowser);
  return async (opening) => {
    opened = await opening;
    return opened.page;
  };
}

/** Polls until it is as expected: the machine may be busy. */
export function until<T>(read: () => Promise<T>) {
  return expect.poll(read, { timeout: 30_000 });
}
