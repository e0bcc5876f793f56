import { stringify } from "yaml";
import { z } from "zod";
import { generatorSettings } from "../data/presets.ts";
import { checkedBy, expectTree } from "./checked-by.ts";
import { readYaml } from "./load.ts";
import { SETTINGS_SCHEMA } from "./schema.ts";

const { seed, runs, ...others } = SETTINGS_SCHEMA.shape;
const [data, correlations] = [others.data.unwrap(), others.correlations.unwrap()];

/** Label correlations over trials: Figure 2. A trial has the rows of the run with the same number. */
const TRIALS_SCHEMA = z.strictObject({ data, seed, correlations, trials: runs, rows: runs });

export type TrialSettings = z.output<typeof TRIALS_SCHEMA>;

/** The settings in a file that `trialsYaml` wrote. Throws UsageError for the first thing wrong. */
export function loadTrials(path: string): TrialSettings {
  const given = readYaml(path);
  expectTree(given);
  return checkedBy(TRIALS_SCHEMA, given.values, (place) => `${path}: ${place}`, path);
}

/** The settings as a file; a preset's constants follow as a comment. */
export function trialsYaml(settings: TrialSettings): string {
  const text = stringify(settings, { flowCollectionPadding: false });
  if (typeof settings.data !== "string") return text;
  const constants = JSON.stringify(generatorSettings(settings.data));
  return `${text}# data ${settings.data}: ${constants}\n`;
}
