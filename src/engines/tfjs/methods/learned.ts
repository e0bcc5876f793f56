// Values of a method that are learned by gradient descent.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Optimizer } from "../../training-settings.ts";
import { type Rates, updated } from "../model/optimizer.ts";
import type { Tf } from "../tf.ts";
import type { MethodState } from "./method.ts";

/** The state of a value from `start`, with the optimizer's moments. */
export function learned(name: string, start: number, optimizer: Optimizer): Record<string, number> {
  return optimizer === "sgd" ? { [name]: start } : { [name]: start, [`${name}/m`]: 0, [`${name}/v`]: 0 };
}

/** The state of that value after a step down its gradient, [R, K]. */
export function descended(
  tf: Tf,
  state: MethodState,
  name: string,
  gradient: Tensor,
  rates: Rates<number | Tensor>,
): MethodState {
  const [value, m, v] = [state[name], state[`${name}/m`], state[`${name}/v`]];
  const next = updated(tf, { parameters: value, ...(m && v && { m, v }) }, gradient, rates);
  return { [name]: next.parameters, ...(next.m && next.v && { [`${name}/m`]: next.m, [`${name}/v`]: next.v }) };
}
