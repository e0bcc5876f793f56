import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** `path` itself, or the nearest folder above it that exists. */
export function nearestExisting(path: string): string {
  let at = resolve(path);
  while (!existsSync(at)) at = dirname(at);
  return at;
}
