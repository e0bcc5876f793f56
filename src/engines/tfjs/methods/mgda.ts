import { scaled } from "./gram.ts";
import type { GradientMethod } from "./method.ts";
import { simplexMinimum } from "./simplex.ts";

/**
 * MGDA (Sener and Koltun, NeurIPS 2018, eq. 3): the shortest vector that is a weighted mean of the gradients, as they
 * are.
 */
export const MGDA: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine: (tf, { gram }) => ({ shared: simplexMinimum(tf, { M: scaled(tf, gram) }) }),
};
