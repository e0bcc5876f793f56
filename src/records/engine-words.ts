import type { Provenance } from "./provenance.ts";
import type { Results } from "./read-results.ts";

/**
 * The options of `mmoe sweep` for the engine that a sweep was trained on last: `--engine tfjs --backend cpu`. Empty for the
 * default engine.
 */
export function engineWords({ provenances }: Pick<Results, "provenances">): string[] {
  const last = provenances.at(-1);
  const engine = engineOf(last);
  if (engine === undefined) return [];
  const { argv = [] } = last ?? {};
  const backend = engine === "tfjs" ? optionIn(argv, "--backend") : undefined;
  return [
    "--engine",
    engine,
    ...(backend === undefined ? [] : ["--backend", backend]),
    ...(engine === "cuda" && argv.includes("--allow-cpu") ? ["--allow-cpu"] : []),
  ];
}

/** Engines that a sweep may have been trained on without an option: by MMOE_ENGINE, or as a card was there. */
const TENSORFLOW = ["tfjs", "cuda"];

/** The engine to name; undefined for the default one. */
function engineOf(last: Provenance | undefined): string | undefined {
  const typed = optionIn(last?.argv ?? [], "--engine");
  const chosen = typed === "auto" ? undefined : typed;
  return chosen ?? TENSORFLOW.find((name) => name === last?.engine);
}

/** The value of the option `flag` in a command line, the last if there are several. */
function optionIn(argv: readonly string[], flag: string): string | undefined {
  const values = argv.flatMap((word, i) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
    return word === flag ? argv.slice(i + 1, i + 2) : [];
  });
  return values.at(-1);
}
