// Optimizers in a graph: TensorFlow's own operations, which change variables in place.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import type { Optimizer, OptimizerSettings } from "../../training-settings.ts";
import type { Rates } from "../model/optimizer.ts";
import type { Tf } from "../tf.ts";
import type { Tensors, Update } from "../trace/step.ts";

/** The variables of an optimizer for parameters of these names, in the order in which updates take them. */
export function stateNames(optimizer: Optimizer, parameter: string): string[] {
  switch (optimizer) {
    case "sgd":
      return [parameter];
    case "adam":
    case "adamw":
      return [parameter, `${parameter}/m`, `${parameter}/v`];
    default:
      return unreachable(optimizer);
  }
}

/** Of an optimizer, what a graph has as constants. */
type InPlace = Pick<OptimizerSettings, "optimizer" | "beta1" | "beta2">;

/**
 * The updates of parameters by their names, with their gradients: as `updated`, of the same scalar `rate` and
 * `epsilon`.
 */
export function updatesOf(tf: Tf, inPlace: InPlace, gradients: Tensors, { rate, epsilon }: Tensors): Update[] {
  const { optimizer } = inPlace;
  return Object.entries(gradients).map(([parameter, gradient]) => {
    const variables = stateNames(optimizer, parameter);
    switch (optimizer) {
      case "sgd":
        return { op: "ResourceApplyGradientDescent", variables, inputs: [rate as Tensor, gradient] };
      case "adam":
      case "adamw": {
        const inputs = [...adamScalars(tf, inPlace, rate as Tensor, epsilon as Tensor), gradient];
        return { op: "ResourceApplyAdam", variables, inputs };
      }
      default:
        return unreachable(optimizer);
    }
  });
}

/** Powers of beta1 and beta2, the rate, beta1, beta2 and epsilon. Powers of 0 leave `rate` as it is. */
function adamScalars(tf: Tf, { beta1, beta2 }: InPlace, rate: Tensor, epsilon: Tensor): Tensor[] {
  return [tf.scalar(0), tf.scalar(0), rate, tf.scalar(beta1), tf.scalar(beta2), epsilon];
}

/** The updates that take amounts off parameters, by their names. */
export function decaysOf(tf: Tf, amounts: Tensors): Update[] {
  return Object.entries(amounts).map(([parameter, amount]) => ({
    ...{ op: "ResourceApplyGradientDescent", variables: [parameter], inputs: [tf.scalar(1), amount] },
  }));
}

/**
 * The rates for TensorFlow's operations. Its Adam computes 1 - beta in float32, which for beta2 is off by 1.3e-5: m and
 * v are always larger or smaller by that factor, and the rates correct it.
 */
export function ratesInPlace(optimizer: Optimizer, rates: Rates): Rates {
  const { rate, epsilon, beta1, beta2 } = rates;
  switch (optimizer) {
    case "sgd":
      return rates;
    case "adam":
    case "adamw": {
      const share = (beta: number): number => (1 - beta) / (1 - Math.fround(beta));
      const root = Math.sqrt(share(beta2));
      return { ...rates, rate: (rate * share(beta1)) / root, epsilon: epsilon / root };
    }
    default:
      return unreachable(optimizer);
  }
}
