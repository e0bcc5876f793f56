import { listed } from "../../listed.ts";
import { type DrawnCell, modelsOf } from "./facts.ts";
import { signed } from "./scale.ts";
import { labelIn } from "./style.ts";
import { areOnOwnRows } from "./words.ts";

/** Most models whose lines or points one panel holds. */
const MODELS_A_PANEL = 6;

/** Models in their order, in as few groups of about equal size as panels can hold. */
export function modelGroups(models: readonly string[]): string[][] {
  const count = Math.ceil(models.length / MODELS_A_PANEL);
  const start = (i: number) => Math.ceil((i * models.length) / count);
  return Array.from({ length: count }, (_, i) => models.slice(start(i), start(i + 1)));
}

/** At most `most` of ascending values, evenly spaced by rank, with the first and the last; of one, the last. */
export function someOf<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  const rank = (i: number) => (most === 1 ? values.length - 1 : Math.round((i * (values.length - 1)) / (most - 1)));
  return Array.from({ length: most }, (_, i) => values[rank(i)]);
}

/** For a caption: which of the correlations are drawn, if not all. */
export function leftOutSentence(all: readonly (number | null)[], drawn: readonly (number | null)[]): string {
  if (drawn.length === all.length) return "";
  const words = drawn.map((correlation) => signed(String(correlation)));
  const list = words.length === 1 ? `only ${words[0]} is` : `${listed(words)} are`;
  return ` Of ${all.length} correlations, ${list} drawn; the CSV file has all.`;
}

/** For a title: ` of MMoE`; ` of MMoE and OMoE`; ` of 13 models`. */
function ofModelsWords(cells: readonly DrawnCell[]): string {
  const models = modelsOf(cells);
  if (models.length > 3) return ` of ${models.length} models`;
  return ` of ${listed(models.map((model) => labelIn(cells, model)))}`;
}

/** For a title of results of a single model: ` of shared-bottom-16`. */
export function ofOneModel(cells: readonly DrawnCell[]): string {
  return modelsOf(cells).length === 1 ? ofModelsWords(cells) : "";
}

/** The models of the paper's Figures 4 and 5. */
const PAPER_MODELS = ["shared-bottom", "omoe", "mmoe"];

/** For the title of the paper's figure: its number, unless it has other models or rows, and the models if others. */
export function figureWords(number: 4 | 5, cells: readonly DrawnCell[]): { of: string; figure: string } {
  if (cells.some(({ model }) => !PAPER_MODELS.includes(model))) return { of: ofModelsWords(cells), figure: "" };
  return { of: "", figure: areOnOwnRows(cells) ? "" : ` (Figure ${number})` };
}
