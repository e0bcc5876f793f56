import { basename } from "node:path";
import type { Config } from "../config/config.ts";
import { shortNumber, signed } from "../figures/draw/scale.ts";
import { modelLabel } from "../figures/draw/style.ts";
import { listed } from "../listed.ts";

/** If there are more names than this, they are counted. */
const NAMED = 4;

export function modelsText(models: readonly string[]): string {
  return models.length > NAMED ? `${models.length} models` : listed(models.map(modelLabel));
}

/** ` at correlation 1`, or ` on cars.csv`. */
export function placeText({ correlations, rows }: Config): string {
  return rows === null ? ` at ${correlationsText(correlations ?? [])}` : ` on ${basename(rows.file)}`;
}

/** `correlation 1`, `correlations 0.5, 0.9 and 1`, `21 correlations from 0 to 1`. */
function correlationsText(correlations: readonly number[]): string {
  const texts = [...correlations].sort((a, b) => a - b).map(shortNumber);
  if (texts.length === 1) return `correlation ${texts[0]}`;
  if (texts.length > NAMED) return `${texts.length} correlations from ${texts[0]} to ${texts.at(-1)}`;
  return `correlations ${listed(texts)}`;
}

/** A loss to four places; a dash for none. */
export function lossText(loss: number): string {
  return Number.isNaN(loss) ? "–" : signed(loss.toFixed(4));
}
