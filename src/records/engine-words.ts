import { type Config, configAt, modelOf, type PointConfig } from "../config/config.ts";
import { gridPoints } from "../config/grid.ts";
import { refusedSetting } from "../config/refused.ts";
import { trains } from "../engines/abilities.ts";
import type { Provenance } from "./provenance.ts";
import type { Results } from "./read-results.ts";

/**
 * The options of `mmoe sweep` for the engine that a sweep was trained on last: `--engine tfjs --backend cpu`. Empty for the
 * default engine.
 */
export function engineWords({ config, provenances }: Pick<Results, "config" | "provenances">): string[] {
  const last = provenances.at(-1);
  const engine = engineOf(config, last);
  if (engine === undefined) return [];
  const { argv = [] } = last ?? {};
  const backend = engine === "tfjs" ? optionIn(argv, "--backend") : undefined;
  return [
    ...["--engine", engine],
    ...(backend === undefined ? [] : ["--backend", backend]),
    ...(engine === "cuda" && argv.includes("--allow-cpu") ? ["--allow-cpu"] : []),
  ];
}

/** Engines that a sweep may have been trained on without an option: by MMOE_ENGINE, or as a card was there. */
const TENSORFLOW = ["tfjs", "cuda"];

/** The engine to name; undefined if the default one does, which trains what cpu can't on tfjs. */
function engineOf(config: Config, last: Provenance | undefined): string | undefined {
  const typed = optionIn(last?.argv ?? [], "--engine");
  const chosen = typed === "auto" ? undefined : typed;
  if (chosen === "cpu" && needsTensorFlow(config)) return undefined;
  return chosen ?? TENSORFLOW.find((name) => name === last?.engine);
}

/** Whether the cpu engine refuses a setting, or lacks a model. */
function needsTensorFlow(config: Config): boolean {
  const points = gridPoints(config).map((point) => configAt(config, point));
  if (points.some((point) => refusedSetting(["cpu"], point) !== undefined)) return true;
  const point = points[0] as PointConfig;
  const models = config.models.map((name) => modelOf(point, name));
  return models.some((model) => !trains("cpu", model));
}

/** The value of the option `flag` in a command line, the last if there are several. */
function optionIn(argv: readonly string[], flag: string): string | undefined {
  const values = argv.flatMap((word, i) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
    return word === flag ? argv.slice(i + 1, i + 2) : [];
  });
  return values.at(-1);
}
