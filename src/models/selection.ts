/**
 * DSelect-k's gates (Hazimeh et al., NeurIPS 2021), per row: a gate's outputs are the logits of k selectors and,
 * for each, log2(E) numbers, whose smooth steps are the bits of the expert that it selects.
 */
export interface Selection {
  /** k. */
  readonly experts: number;
  /** Width of the smooth step; a gate's kernels begin within a hundredth of it. */
  readonly gamma: number;
  /** What the entropies of all selectors, means over the rows, are multiplied by in the objective. */
  readonly entropy: number;
}

/** Refuses a selection that no gate can make; `gates` are the numbers of experts that gates see. */
export function checkSelection(name: string, { experts, gamma, entropy }: Selection, gates: readonly number[]): void {
  expectCount(name, "gate.select.experts", experts, 1);
  if (!(gamma > 0)) throw new RangeError(`model ${name}: gate.select.gamma: expected a number above 0, got ${gamma}`);
  if (!(entropy >= 0))
    throw new RangeError(`model ${name}: gate.select.entropy: expected a number from 0, got ${entropy}`);
  for (const E of gates) {
    if (!Number.isInteger(Math.log2(E)) || E < 2)
      throw new RangeError(`model ${name}: gate.select: expected a gate over 2, 4, 8, .. experts, got ${E}`);
  }
}

/** Refuses a size of a model that is no whole number of at least `least`. */
export function expectCount(model: string, field: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`model ${model}: ${field}: expected a whole number from ${least}, got ${value}`);
}
