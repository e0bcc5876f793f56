import type { ShownLoss } from "./loss-figures.ts";

/** What is shown of that which is trained. */
export interface View {
  readonly loss: ShownLoss;
  readonly log: boolean;
  /** The stop of the tour, from 0; null if nobody is on it. */
  readonly stop: number | null;
}

export const FIRST_VIEW: View = { loss: "train", log: false, stop: null };
