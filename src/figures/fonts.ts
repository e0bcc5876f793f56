import { fileURLToPath } from "node:url";
import type { Weight } from "./draw/text.ts";

/** The files that a figure's font is drawn from, seen from src as from dist. */
export const FONT_FILES: Readonly<Record<Weight, string>> = {
  Regular: fontPath("FiraSans-Regular.ttf"),
  SemiBold: fontPath("FiraSans-SemiBold.ttf"),
};

/** A file of `assets/fonts`, seen from src as from dist. */
export function fontPath(file: string): string {
  return fileURLToPath(new URL(`../../assets/fonts/${file}`, import.meta.url));
}
