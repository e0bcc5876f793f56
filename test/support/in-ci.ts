import type { InlineConfig } from "vitest/node";

/** In CI: where the results go, and a second try for a test of thousands that the machine was too busy for. */
export function inCi(outputFile: string): Pick<InlineConfig, "retry" | "reporters"> {
  return process.env.CI ? { retry: 1, reporters: ["default", ["json", { outputFile }]] } : {};
}
