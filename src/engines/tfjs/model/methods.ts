import type { MethodName } from "../../methods.ts";
import { ALIGNED_MTL, CAGRAD, MGDA, NASH_MTL, PCGRAD } from "./gradient-methods.ts";
import { FAMO, GRADNORM, UNCERTAINTY } from "./learned-weights.ts";
import type { Method } from "./method.ts";

const METHODS: Readonly<Record<Exclude<MethodName, "sum">, Method>> = {
  uncertainty: UNCERTAINTY,
  gradnorm: GRADNORM,
  pcgrad: PCGRAD,
  mgda: MGDA,
  cagrad: CAGRAD,
  "nash-mtl": NASH_MTL,
  famo: FAMO,
  "aligned-mtl": ALIGNED_MTL,
};

/** What weighs the tasks; undefined for `sum`, which does not. */
export function methodOf(name: MethodName): Method | undefined {
  return name === "sum" ? undefined : METHODS[name];
}
