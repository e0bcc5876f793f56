import type { Cell } from "../records/cell.ts";
import type { LossSet } from "../records/record.ts";
import type { Estimate, Interval } from "../stats/estimate.ts";

export type Verdict = "holds" | "does not hold" | "undecided";

/** Final losses of a cell, in a sample or a resample of runs. */
export interface CellSample {
  readonly ascending: Float64Array;
  readonly mean: number;
}

/** Where a part's statistic must lie: between two numbers, which may be infinite. */
export type Bound = Interval;

/** One of the statements that make up a claim, as a test. */
export interface PartRule {
  readonly about: string;
  readonly unit: "loss" | "ratio";
  readonly cells: readonly Cell[];
  /** A function of the cells' samples, in their order; runs are drawn for all cells together. */
  readonly statistic: (cells: readonly CellSample[]) => number;
  readonly bound: Bound;
  /** True for a function of the cells' means: the only thing that can be read off the paper's figures. */
  readonly ofMeans: boolean;
  /** Fewer runs decide nothing. */
  readonly leastRuns: number;
}

export interface ClaimRule {
  /** Section and number, e.g. `5.1-2`. */
  readonly id: string;
  /** The paper's wording in short. */
  readonly says: string;
  /** What is computed. */
  readonly statistic: string;
  /** The test's assumed margins, and why these. */
  readonly margins: string;
  /** What `mmoe sweep` needs to be told for all cells, if a sweep of other models is at hand. */
  readonly preset: "paper" | "figure3";
  readonly parts: readonly PartRule[];
}

/** A statement after its test. */
export interface ClaimPart extends Pick<PartRule, "about" | "unit" | "bound"> {
  /** Ours, with its 95 % interval. */
  readonly ours: Estimate;
  /** The same statistic of the means in the paper's figure; null where they can't give it. */
  readonly paper: { readonly value: number; readonly mark: "read off"; readonly from: string } | null;
  /** Runs that are done in all of the part's cells. */
  readonly runs: number;
  readonly verdict: Verdict;
}

export interface Claim extends Pick<ClaimRule, "id" | "says" | "statistic" | "margins"> {
  readonly loss: LossSet;
  readonly verdict: Verdict | "not covered";
  /** Every part; none where the sweep lacks a cell. */
  readonly parts: readonly ClaimPart[];
  /** The part that the verdict hangs on: of those with the same verdict the one closest to its bound, or farthest beyond. */
  readonly deciding: ClaimPart | null;
  readonly because: string;
  /** The words of a command that trains what is lacking; null where nothing is. */
  readonly command: readonly string[] | null;
}
