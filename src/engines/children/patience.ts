/** How long a model may give no sign, in milliseconds. */
export interface Patience {
  /** While its file is loaded. */
  readonly load: number;
  /** While it is tried on a few rows. */
  readonly try: number;
  /** Between two steps. */
  readonly train: number;
}

export const PATIENCE: Patience = { load: 60_000, try: 300_000, train: 600_000 };
