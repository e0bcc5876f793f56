import type { LossSet } from "../config/losses.ts";
import type { Cell } from "../identity/cell.ts";
import type { Estimate, Interval } from "../stats/estimate.ts";

export type Verdict = "holds" | "does not hold" | "undecided";

/** Final losses of a cell, in a sample or a resample of runs. */
export interface CellSample {
  readonly ascending: Float64Array;
  readonly mean: number;
}

/**
 * The range of a part's statistic if the claim holds: between two numbers, which may be infinite. A rule's are for losses
 * in units of that of predicting the mean; a part's in the sweep's own.
 */
export type Bound = Interval;

/** One of the statements that make up a claim, as a test. */
export interface PartRule {
  readonly about: string;
  readonly unit: "loss" | "ratio";
  readonly cells: readonly Cell[];
  /** A function of the cells' samples, in their order; runs are resampled for all cells together. */
  readonly statistic: (cells: readonly CellSample[]) => number;
  readonly bound: Bound;
  /** True for a function of the cells' means: the only thing that can be read off the paper's figures. */
  readonly ofMeans: boolean;
  /** With fewer runs the part is undecided. */
  readonly leastRuns: number;
}

export interface ClaimRule {
  /** Section and number, e.g. `5.1-2`. */
  readonly id: string;
  /** The paper's claim, shortened. */
  readonly says: string;
  /** The computed statistic, in words. */
  readonly statistic: string;
  /** The test's assumed margins, and why these. */
  readonly margins: string;
  /** The preset that trains all cells, for a sweep of other models; `paper` by default. */
  readonly preset?: "figure3";
  readonly parts: readonly PartRule[];
}

/** A statement after its test. */
export interface ClaimPart extends Pick<PartRule, "about" | "unit" | "bound" | "leastRuns"> {
  /** Ours, with its 95 % interval. */
  readonly ours: Estimate;
  /** The same statistic of the means in the paper's figure; null if they can't give it. */
  readonly paper: { readonly value: number; readonly mark: "read off"; readonly from: string } | null;
  /** Runs that are done in all of the part's cells. */
  readonly runs: number;
  readonly verdict: Verdict;
}

export interface Claim extends Pick<ClaimRule, "id" | "says" | "statistic" | "margins"> {
  readonly loss: LossSet;
  readonly verdict: Verdict | "not covered";
  /** Every part; none if the sweep lacks a cell. */
  readonly parts: readonly ClaimPart[];
  /**
   * The part that decides the verdict: of those with the same verdict, the closest to its bound, or farthest beyond it.
   */
  readonly deciding: ClaimPart | null;
  readonly because: string;
  /**
   * The words of a command that trains what is lacking, here and for other claims about models of the sweep; null if
   * nothing is.
   */
  readonly command: readonly string[] | null;
}
