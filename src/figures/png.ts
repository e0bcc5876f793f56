import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Figure } from "./draw/figure.ts";

/** Pixels to a point: 432 to an inch, enough for print and for the eye. */
const PIXELS = 6;

let ready: Promise<void> | undefined;

/** The figure as a PNG file. It needs no font: letters are outlines. */
export async function png({ svg, width }: Figure, pixels = Math.round(width * PIXELS)): Promise<Uint8Array> {
  ready ??= start();
  await ready;
  const picture = new Resvg(svg, { fitTo: { mode: "width", value: pixels } });
  const image = picture.render();
  const bytes = image.asPng();
  image.free(); // WebAssembly's memory is not collected
  picture.free();
  return bytes;
}

/** Loads the drawing code, which is WebAssembly: one file for every platform. */
async function start(): Promise<void> {
  await initWasm(await readFile(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")));
}
