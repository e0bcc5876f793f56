import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { printable } from "./printable.ts";

/** `path` itself, or the nearest folder above it that exists. */
export function nearestExisting(path: string): string {
  let at = resolve(path);
  while (!existsSync(at)) at = dirname(at);
  return at;
}

/** Makes a folder, and those above it. One by one: in /proc, where none can be made, Node's own recursion never ends. */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder);
    } catch (error) {
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error; // unless another process made it
    }
  }
}

/** From the working folder, if the file is within. */
export function shownPath(file: string): string {
  const path = relative(".", file);
  return printable(path.startsWith("..") ? file : path);
}
