import type { MethodName } from "../../methods.ts";
import { ALIGNED_MTL } from "./aligned-mtl.ts";
import { CAGRAD } from "./cagrad.ts";
import { FAMO } from "./famo.ts";
import { GRADNORM } from "./gradnorm.ts";
import type { Method } from "./method.ts";
import { MGDA } from "./mgda.ts";
import { NASH_MTL } from "./nash-mtl.ts";
import { PCGRAD } from "./pcgrad.ts";
import { UNCERTAINTY } from "./uncertainty.ts";

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
