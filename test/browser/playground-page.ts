import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type ContextOptions, type Opened, open, outputFile } from "./chromium.ts";

let built: string | undefined;

/** The playground, built once. */
export function playgroundHtml(): string {
  if (built !== undefined) return built;
  const file = outputFile("playground.html");
  execFileSync(process.execPath, ["scripts/playground.js", file]);
  built = readFileSync(file, "utf8");
  return built;
}

/** Opens the playground as a file, at a state that an address says. */
export async function openPlayground(address = "", options: ContextOptions = {}): Promise<Opened> {
  return open(playgroundHtml(), options, "html", address);
}
