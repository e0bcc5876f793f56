/** The losses of a run: on training rows, on held-out rows, and the running mean of all batch losses. */
export const LOSS_SETS = ["train", "heldout", "running"] as const;
export type LossSet = (typeof LOSS_SETS)[number];

export type EachLoss<T> = Readonly<Record<LossSet, T>>;

export function eachLoss<T>(of: (set: LossSet) => T): EachLoss<T> {
  return { train: of("train"), heldout: of("heldout"), running: of("running") };
}

/** What the losses of a sweep are, wherever they are shown. */
export interface LossUnit {
  /** `mean squared error`. */
  readonly measure: string;
  /** `in units of label variance`. */
  readonly of: string;
  /** The loss of the best constant prediction, such as the labels' mean; null if it is not known. */
  readonly ofMean: number | null;
  /** What the best constant prediction is called; `the mean` if absent. */
  readonly constant?: string;
}

export const LABEL_VARIANCE: LossUnit = { measure: "mean squared error", of: "in units of label variance", ofMean: 1 };

/** `mean squared error, in units of label variance`. */
export function unitText({ measure, of }: LossUnit): string {
  return `${measure}, ${of}`;
}

/** The unit of sums over tasks of losses in this one. */
export function summedUnit(unit: LossUnit, tasks: number): LossUnit {
  return { ...unit, of: `${unit.of}, summed over tasks`, ofMean: unit.ofMean === null ? null : tasks * unit.ofMean };
}

/** `predicting the mean is 1`; empty if that is not known. */
export function meanText({ ofMean, constant = "the mean" }: LossUnit): string {
  return ofMean === null ? "" : `predicting ${constant} is ${Number(ofMean.toPrecision(3))}`;
}
