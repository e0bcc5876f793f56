import type { Config } from "../config/config.ts";
import { modelLabel } from "../config/own-models.ts";
import { tableName } from "../config/rows.ts";
import { shortNumber, signed } from "../figures/draw/scale.ts";
import { listed } from "../text.ts";
import { DASH } from "./html.ts";

/** If there are more names than this, they are counted. */
const NAMED = 4;

export function modelsText(config: Config): string {
  const { models } = config;
  return models.length > NAMED ? `${models.length} models` : listed(models.map((model) => modelLabel(config, model)));
}

/** Values of models, with the label of each in place of its name. */
export function labelled<T extends { readonly model: string }>(values: readonly T[], config: Config): T[] {
  return values.map((value) => ({ ...value, model: modelLabel(config, value.model) }));
}

/** ` at correlation 1`, or ` on cars.csv`. */
export function placeText({ correlations, rows, name }: Config): string {
  return rows === null ? ` at ${correlationsText(correlations ?? [])}` : ` on ${tableName(rows, name)}`;
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
  return Number.isNaN(loss) ? DASH : signed(loss.toFixed(4));
}
