import type { LossSet } from "../../config/losses.ts";
import type { GridPoint } from "../../identity/cell.ts";

export interface DrawOptions {
  readonly folder: string;
  /** The values that are chosen of listed settings. */
  readonly choice: GridPoint;
  /** The loss that is shown first. */
  readonly loss: LossSet;
  /** What the page says of itself. */
  readonly version: string;
}

/** A live report; no page if no run has ended; or what is wrong with the folder. */
export interface Drawn {
  readonly html?: string | undefined;
  readonly trouble?: string;
}
