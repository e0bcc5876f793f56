/** Refuses a size of a model that is no whole number of at least `least`. */
export function expectCount(model: string, field: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`model ${model}: ${field}: expected a whole number from ${least}, got ${value}`);
}
