/** The losses of a run: on training rows, on held-out rows, and the running mean of all batch losses. */
export const LOSS_SETS = ["train", "heldout", "running"] as const;
export type LossSet = (typeof LOSS_SETS)[number];

/** A value for each of the losses. */
export type EachLoss<T> = Readonly<Record<LossSet, T>>;

export function eachLoss<T>(of: (set: LossSet) => T): EachLoss<T> {
  return { train: of("train"), heldout: of("heldout"), running: of("running") };
}
