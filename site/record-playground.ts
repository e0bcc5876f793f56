// Records docs/playground.webp: the playground's models while they train, as an animated WebP whose frames Chromium encodes.
// `npx tsx site/record-playground.ts`
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { closeBrowser, visit } from "../test/browser/chromium.ts";

const ROOT = join(import.meta.dirname, "..");
/** The run of the tour's third stop, in which Shared-Bottom gets stuck. */
const STATE = "#run=2&steps=8000&loss=heldout";
const VIEW = { width: 1240, height: 2000 };
const STEPS = 8000;
const QUALITY = 0.7;
const FRAMES = 24;
const FRAME_MS = 250;
const LAST_FRAME_MS = 3000;

const { page } = await visit("about:blank", { viewport: VIEW });
page.setDefaultTimeout(600_000);
await page.goto(`${pathToFileURL(join(ROOT, "dist/play/index.html")).href}${STATE}`);
const frames = await recorded(page);
writeFileSync(join(ROOT, "docs/playground.webp"), animated(frames));
console.log(`${frames.length} frames`);
await closeBrowser();

async function recorded(page: Page): Promise<Buffer[]> {
  const encoder = await page.context().newPage();
  const frames: Buffer[] = [];
  const clip = await partToShow(page);
  for (let step = 0, next = 0; step < STEPS; next = Math.min(STEPS, step + STEPS / FRAMES)) {
    while (step < next) step = await stepOf(page);
    frames.push(await webp(encoder, await page.screenshot({ clip })));
  }
  return frames;
}

async function stepOf(page: Page): Promise<number> {
  await page.waitForTimeout(50);
  return Number((await page.locator(".count").textContent())?.replace(",", ""));
}

/** The heads of the model cards, and what each model has learned. */
async function partToShow(page: Page) {
  const from = await page.locator("#name-0").boundingBox();
  const to = await page.getByRole("heading", { name: "Units and how tasks read them" }).first().boundingBox();
  if (!from || !to) throw new Error("the playground shows no models");
  return { x: 0, y: from.y - 10, width: VIEW.width, height: Math.floor(to.y - from.y) };
}

/** A picture's WebP file, as Chromium encodes it. */
async function webp(encoder: Page, png: Buffer): Promise<Buffer> {
  const url = await encoder.evaluate(
    async ([source, quality]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", quality);
    },
    [png.toString("base64"), QUALITY] as const,
  );
  return Buffer.from(url.replace(/^.*,/, ""), "base64");
}

/** Still pictures as one animation without end: the chunks VP8X, ANIM and an ANMF for each frame. */
function animated(frames: readonly Buffer[]): Buffer {
  const { width, height } = sizeOf(frames[0]);
  const size = [int(width - 1, 3), int(height - 1, 3)];
  const moving = frames.map((frame, i) => {
    const ms = i === frames.length - 1 ? LAST_FRAME_MS : FRAME_MS;
    return chunk("ANMF", int(0, 6), ...size, int(ms, 3), int(2, 1), pictureOf(frame)); // 2: no blending with what was there
  });
  const all = [chunk("VP8X", int(2, 4), ...size), chunk("ANIM", int(0xffffffff, 4), int(0, 2)), ...moving];
  return chunk("RIFF", Buffer.from("WEBP"), ...all);
}

/** The chunk with the pixels, of a file of one picture. */
function pictureOf(file: Buffer): Buffer {
  const at = [file.indexOf("VP8 ", 12), file.indexOf("VP8L", 12)].filter((one) => one >= 0)[0];
  return file.subarray(at, at + 8 + file.readUInt32LE(at + 4) + (file.readUInt32LE(at + 4) % 2));
}

/** Of lossy pictures, as Chromium writes: after the frame's tag and start code, 14 bits each. */
function sizeOf(file: Buffer) {
  const data = file.indexOf("VP8 ", 12) + 8;
  return { width: file.readUInt16LE(data + 6) & 0x3fff, height: file.readUInt16LE(data + 8) & 0x3fff };
}

function chunk(name: string, ...parts: Buffer[]): Buffer {
  const data = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(name), int(data.length, 4), data, Buffer.alloc(data.length % 2)]);
}

function int(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
