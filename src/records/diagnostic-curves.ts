import { pairsOf } from "../data/correlation-matrix.ts";
import type { Diagnostics } from "../engines/engine.ts";
import type { Measures } from "./measure-values.ts";
import { MEASURES, type Measure } from "./measures.ts";

/** Digits of a recorded quantity: it is measured on some hundred rows. */
const DIGITS = 5;

/** Diagnostics as they are recorded; NaN in place of infinite numbers, and of those beyond float32's largest. */
export function recordedDiagnostics({ steps, values }: Diagnostics): Diagnostics {
  const recorded = (value: number) =>
    Number.isFinite(Math.fround(value)) ? Number(value.toPrecision(DIGITS)) : Number.NaN;
  const rounded = (curve: readonly number[]) => curve.map(recorded);
  return { steps, values: Object.fromEntries(Object.entries(values).map(([name, curve]) => [name, rounded(curve)])) };
}

/** The last values of the quantities that `MEASURES` has, as measures of a run of K tasks. */
export function finalMeasures(diagnostics: Diagnostics, K: number): Measures {
  const last = (name: string) => diagnostics.values[name]?.at(-1);
  const found = MEASURES.map(({ name, per }) => [name, finalValue(name, per, K, last)] as const);
  return Object.fromEntries(found.filter((one): one is [string, number | number[]] => one[1] !== undefined));
}

function finalValue(
  name: string,
  per: Measure["per"],
  K: number,
  last: (name: string) => number | undefined,
): number | number[] | undefined {
  if (per === "run") return last(name);
  const values = partsOf(per, K, last, name).map((part) => last(`${name}/${part}`));
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length && known.length > 0 ? known : undefined;
}

/** What stands behind the name of each of a measure's numbers: `2`, `1/2`. */
function partsOf(
  per: Exclude<Measure["per"], "run">,
  K: number,
  last: (name: string) => number | undefined,
  name: string,
): string[] {
  const tasks = Array.from({ length: K }, (_, k) => k + 1);
  if (per === "task") return tasks.map(String);
  if (per === "pair") return pairsOf(K).map(([j, k]) => `${j + 1}/${k + 1}`);
  let E = 0;
  while (last(`${name}/1/${E + 1}`) !== undefined) E++;
  return tasks.flatMap((k) => Array.from({ length: E }, (_, e) => `${k}/${e + 1}`));
}
