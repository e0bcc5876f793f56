import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";

/** The axis of networks: [R, n, B, H] or, row by row, [R, B, n, H]. */
type Axis = 1 | 2;

/** Units of n networks on the rows of R replicas, in the layouts that operations ask for. */
class Stack {
  readonly #tf: Tf;
  readonly #n: number;
  readonly #units: Partial<Record<Axis, Tensor>>;
  readonly #apart: Partial<Record<Axis, Tensor[]>> = {};

  constructor(tf: Tf, units: Tensor, axis: Axis) {
    this.#tf = tf;
    this.#n = units.shape[axis] as number;
    this.#units = { [axis]: units };
  }

  units(axis: Axis): Tensor {
    this.#units[axis] ??= this.#tf.transpose(this.#units[axis === 1 ? 2 : 1] as Tensor, [0, 2, 1, 3]);
    return this.#units[axis];
  }

  apart(axis: Axis): Tensor[] {
    this.#apart[axis] ??= this.#n === 1 ? [this.units(axis)] : this.#tf.split(this.units(axis), this.#n, axis);
    return this.#apart[axis];
  }

  /** Whether it is just these networks. */
  is(numbers: readonly number[]): boolean {
    return numbers.length === this.#n && numbers.every((number, i) => number === i);
  }
}

/** The units of one network of a stack. */
export interface Units {
  readonly stack: Stack;
  readonly number: number;
}

/** Tensors [R, n, B, H] or, row by row, [R, B, n, H] → the units of each network. */
export function unitsOf(tf: Tf, units: Tensor, axis: Axis): Units[] {
  const stack = new Stack(tf, units, axis);
  return Array.from({ length: units.shape[axis] as number }, (_, number) => ({ stack, number }));
}

/** Units of networks, all as wide, as one tensor with the networks at an axis. */
export function together(tf: Tf, units: readonly Units[], axis: Axis): Tensor {
  const [{ stack }] = units;
  const isOne = units.every((other) => other.stack === stack) && stack.is(units.map(({ number }) => number));
  if (isOne) return stack.units(axis);
  const apart = units.map(({ stack, number }) => stack.apart(axis)[number]);
  return apart.length === 1 ? apart[0] : tf.concat(apart, axis);
}
