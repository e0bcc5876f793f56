import type { ModelName } from "../models/zoo.ts";
import type { PlaySettings } from "./settings.ts";
import { possible } from "./settings.ts";

/** Keys of a config that the page takes over as they are. */
const SAME = [
  ...(["data", "seed", "tasks", "batch", "steps", "optimizer", "lr", "dropout", "trainRows", "sampling"] as const),
  ...(["initializer", "initializerStd", "evalEvery", "heldoutRows"] as const),
];

/** The part of a config that says what the page trains. */
export interface ConfigValues extends Pick<PlaySettings, (typeof SAME)[number]> {
  readonly correlations: readonly number[];
  readonly models: readonly string[];
}

/** Settings of a config's first correlation and first run. Its models are of the zoo. */
export function configSettings(config: ConfigValues): PlaySettings {
  const models = asInZoo(config.models);
  const same = Object.fromEntries(SAME.map((key) => [key, config[key]])) as Pick<PlaySettings, (typeof SAME)[number]>;
  return possible({ ...same, sines: null, noiseStd: null, correlation: config.correlations[0] ?? 0.5, models, run: 0 });
}

/** Models of the zoo by their names. */
export function asInZoo(names: readonly string[]): PlaySettings["models"] {
  return names.map((name) => ({ like: name as ModelName }));
}
