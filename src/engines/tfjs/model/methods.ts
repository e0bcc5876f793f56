import type { Tensor } from "@tensorflow/tfjs-core";
import { allConstants, type MethodChoice, type MethodName } from "../../methods.ts";
import type { Tf } from "../tf.ts";
import {
  ALIGNED_MTL,
  CONFIG,
  cagrad,
  dbMtl,
  fairgrad,
  IMTL_G,
  MGDA,
  NASH_MTL,
  PCGRAD,
  UPGRAD,
} from "./gradient-methods.ts";
import { excess, famo, gradnorm, UNCERTAINTY } from "./learned-weights.ts";
import { dwa, GLS, LOG, RLW, stch } from "./loss-weights.ts";
import type { Constants, Method, MethodState } from "./method.ts";

const METHODS: Readonly<Record<Exclude<MethodName, "sum">, Method | ((constants: Constants) => Method)>> = {
  uncertainty: UNCERTAINTY,
  gradnorm,
  pcgrad: PCGRAD,
  mgda: MGDA,
  cagrad,
  "nash-mtl": NASH_MTL,
  famo,
  "aligned-mtl": ALIGNED_MTL,
  log: LOG,
  gls: GLS,
  rlw: RLW,
  dwa,
  stch,
  fairgrad,
  "imtl-g": IMTL_G,
  config: CONFIG,
  upgrad: UPGRAD,
  excess,
  "db-mtl": dbMtl,
};

/** What weighs the tasks; undefined for `sum`, which does not. */
export function methodOf(choice: MethodChoice): Method | undefined {
  if (choice.method === "sum") return undefined;
  const [constants, made] = [allConstants(choice), METHODS[choice.method]];
  const method = typeof made === "function" ? made(constants) : made;
  return constants.momentum > 0 ? withMomentum(method, constants.momentum) : method;
}

/** A method whose weights move from those of the step before towards its own: CR-MOGM (Zhou et al., NeurIPS 2022). */
function withMomentum(method: Method, momentum: number): Method {
  const moved = (tf: Tf, state: MethodState, weights: Tensor) => {
    const mean = tf.add(tf.mul(state["momentum/w"], momentum), tf.mul(weights, 1 - momentum));
    return tf.where(tf.greater(state["momentum/is-there"], 0), mean, weights);
  };
  const kept = (tf: Tf, weights: Tensor) => ({ "momentum/w": weights, "momentum/is-there": tf.onesLike(weights) });
  const initial: Method["initial"] = (optimizer) => ({
    ...method.initial(optimizer),
    "momentum/w": 0,
    "momentum/is-there": 0,
  });
  if (method.weighs === "gradients")
    return {
      ...method,
      initial,
      combine(tf, situation) {
        const { shared, own, next = situation.state, ...others } = method.combine(tf, situation);
        const weights = moved(tf, situation.state, shared);
        return { ...others, shared: weights, ...(own && { own: weights }), next: { ...next, ...kept(tf, weights) } };
      },
    };
  const weights: typeof method.weights = (tf, losses, state, given) =>
    moved(tf, state, method.weights(tf, losses, state, given));
  return {
    ...method,
    initial,
    weights,
    next: (tf, state, losses, given) => ({
      ...method.next(tf, state, losses, given),
      ...kept(tf, weights(tf, losses, state, given)),
    }),
  };
}
