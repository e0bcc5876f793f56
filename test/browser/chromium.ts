import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Without the windows of a whole browser, which cost half a second for each new profile: scripts/install-browsers.sh. */
const CHROMIUM = "/usr/bin/chromium-headless-shell";
/** It draws without a graphics card and asks nobody for anything. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A machine that other work uses may take as long for one picture. */
const PATIENCE_MS = 120_000;

/** Where tests leave what they saw. */
const OUTPUT = fileURLToPath(new URL("../../test-output/report/", import.meta.url));

export type ContextOptions = Pick<
  BrowserContextOptions,
  "viewport" | "colorScheme" | "javaScriptEnabled" | "hasTouch" | "reducedMotion"
>;

/** A page in a browser of its own, and all that went wrong in it. */
export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of the console, dialogs, and requests for anything but the page itself and its events. */
  readonly troubles: string[];
}

let browser: Promise<Browser> | undefined;

/** Ends the browser, and the profile that it was given. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** Opens `text` as a file, in a browser that has a new profile and remembers nothing of other pages. */
export async function open(text: string, options: ContextOptions = {}, ending = "html", hash = ""): Promise<Opened> {
  const file = join(mkdtempSync(join(tmpdir(), "mmoe-browser-")), `report.${ending}`);
  writeFileSync(file, text);
  return visit(`${pathToFileURL(file).href}${hash}`, options);
}

/** Opens the page at `address`, in such a browser. */
export async function visit(address: string, options: ContextOptions = {}): Promise<Opened> {
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const context = await (await browser).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => troubles.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("request", (request) => {
    const url = request.url().replace(/#.*/, "");
    const own = address.replace(/#.*/, "");
    const isOwn = [own, `${own}events`].includes(url) || /^(data:(font|image)\/|blob:)/.test(url);
    if (!isOwn) troubles.push(`request: ${url}`);
  });
  await page.goto(address);
  return { page, context, troubles };
}

/** Keeps a picture of the page for people to look at, who are not in CI; `whole` also of what lies below its first screen. */
export async function keepPicture(page: Page, name: string, { whole = true } = {}): Promise<void> {
  if (process.env.CI) return;
  mkdirSync(OUTPUT, { recursive: true });
  await page.screenshot({ path: join(OUTPUT, `${name}.png`), fullPage: whole, timeout: PATIENCE_MS });
}

/** Where a test may leave a file of this name. */
export function outputFile(name: string): string {
  mkdirSync(OUTPUT, { recursive: true });
  return join(OUTPUT, name);
}
