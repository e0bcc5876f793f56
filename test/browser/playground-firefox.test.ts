import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { outputFile } from "./chromium.ts";
import { engineFingerprints } from "./engine-fingerprints.ts";
import { Firefox } from "./firefox.ts";
import { playgroundHtml } from "./playground-page.ts";

let firefox: Firefox;
let page: string;
beforeAll(async () => {
  page = join(mkdtempSync(join(tmpdir(), "mmoe-browser-")), "playground.html");
  writeFileSync(page, playgroundHtml());
  firefox = await Firefox.start();
});
afterAll(() => firefox.close());

test("Firefox trains to the same bits, draws what was learned, and complains of nothing", async () => {
  const expected = await engineFingerprints(["runs=1", "steps=200", "correlations=[0.5]"]);
  await firefox.open(`${pathToFileURL(page).href}#steps=200`);
  const shown = () =>
    firefox.evaluate(
      "Object.fromEntries(Array.from(document.querySelectorAll('[data-fingerprint]'), (one) => [one.dataset.fingerprint, one.textContent]))",
    );
  await expect.poll(shown, { timeout: 60_000 }).toEqual(expected);
  expect(await firefox.evaluate("document.querySelectorAll('[role=alert]').length")).toBe(0);
  expect(await firefox.evaluate("document.querySelectorAll('[data-figure^=learned] path').length")).toBeGreaterThan(9);
  expect(await firefox.evaluate("document.documentElement.scrollWidth === document.documentElement.clientWidth")).toBe(
    true,
  );
  writeFileSync(outputFile("playground-firefox.png"), await firefox.picture());
});
