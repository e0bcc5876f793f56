// The playground in Chromium beside the cpu engine's WebAssembly in Node: run-steps a second of one worker, the pictures a
// second of its page, how soon it has begun, and the memory of its page over some minutes.
// npm run bench -- playground [-- --minutes 10]
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { loadConfig, setOverride } from "../src/config/load.ts";
import { CpuEngine } from "../src/engines/cpu/cpu-engine.ts";
import type { Run } from "../src/engines/engine.ts";
import { planRuns } from "../src/sweep/plan.ts";

const MODELS = ["shared-bottom", "omoe", "mmoe"];
const STEPS = 6000;
/** The fastest of these counts: what else runs on the machine only slows a round down. */
const ROUNDS = 6;
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"];

const given = process.argv.indexOf("--minutes");
const minutes = given < 0 ? 10 : Number(process.argv[given + 1]);
const file = join(tmpdir(), "mmoe-playground.html");
execFileSync(process.execPath, ["scripts/playground.js", file]);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: FLAGS });

/** Run-steps a second of one of the engine's workers on its WebAssembly. */
async function engineSpeed(model: string): Promise<number> {
  const settings = [`models=[${model}]`, "correlations=[0.5]", "runs=1", `steps=${STEPS}`].map(setOverride);
  const engine = new CpuEngine({ jobs: 1, kernels: "wasm" });
  let ms = Number.NaN;
  await engine.train(planRuns(loadConfig("paper", settings)) as Run[], {
    onResult: ({ elapsedMs }) => {
      ms = elapsedMs;
    },
  });
  await engine.dispose();
  return (1000 * STEPS) / ms;
}

async function pageOf(browser: Browser, hash: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  return page;
}

/** Steps a second of the page's worker: while it trains, and with the readings between. */
async function pageSpeed(model: string): Promise<{ training: number; whole: number }> {
  const page = await pageOf(browser, `#models=${model}&steps=${STEPS}`);
  await page.locator(".count").filter({ hasText: /[1-9]/ }).waitFor();
  const began = performance.now();
  await page.getByRole("button", { name: "Start over" }).waitFor({ timeout: 120_000 });
  const whole = (1000 * STEPS) / (performance.now() - began);
  const training = Number(await page.locator(".pace").getAttribute("data-pace"));
  await page.close();
  return { training, whole };
}

const fastest = (values: readonly number[]) => Math.max(...values);

console.log("model          engine  page, training  page, with readings  page / engine");
for (const model of MODELS) {
  const [engine, training, whole]: number[][] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    engine?.push(await engineSpeed(model));
    const page = await pageSpeed(model);
    training?.push(page.training);
    whole?.push(page.whole);
  }
  const [a, b, c] = [engine, training, whole].map((values) => fastest(values)) as [number, number, number];
  const shown = [a, b, c].map((value, i) => value.toFixed(0).padStart([8, 16, 21][i]));
  console.log(`${model.padEnd(13)}${shown.join("")}${(b / a).toFixed(2).padStart(15)}`);
}

/** What a page says of itself. */
const measures = `(() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  return { paint, heap: performance.memory.usedJSHeapSize / 1e6 };
})()`;

const page = await pageOf(browser, "#steps=1000000");
await page.locator(".count").filter({ hasText: /[1-9]/ }).waitFor();
const firstStep = (await page.evaluate("performance.now()")) as number;
const { paint } = (await page.evaluate(measures)) as { paint: number };
console.log(`first picture after ${paint.toFixed(0)} ms, first trained step shown after ${firstStep.toFixed(0)} ms`);
const pictures = (await page.evaluate(`new Promise((done) => {
  let count = 0;
  const began = performance.now();
  const next = () => {
    count++;
    if (performance.now() - began < 5000) requestAnimationFrame(next);
    else done((1000 * count) / (performance.now() - began));
  };
  requestAnimationFrame(next);
})`)) as number;
console.log(`${pictures.toFixed(0)} pictures a second while three models train`);

/** Memory of the browser's renderers of their own, the page's workers among them, in megabytes; Linux only. */
async function rendererMemory(): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const pages = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => readFileSync(`/proc/${id}/statm`, "utf8").split(" ").map(Number))
    .map(([, resident = 0, shared = 0]) => resident - shared);
  return (4096 * pages.reduce((sum, count) => sum + count, 0)) / 1e6;
}

const session = await page.context().newCDPSession(page);
for (let minute = 0; minute <= minutes; minute++) {
  await session.send("HeapProfiler.collectGarbage");
  const { heap } = (await page.evaluate(measures)) as { heap: number };
  const step = await page.locator(".count").textContent();
  const memory = await rendererMemory();
  console.log(
    `minute ${minute}: heap of the page ${heap.toFixed(1)} MB, renderers ${memory.toFixed(0)} MB, step ${step}`,
  );
  if (minute < minutes) await page.waitForTimeout(60_000);
}
await browser.close();
