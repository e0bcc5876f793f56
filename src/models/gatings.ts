// What sets gatings apart, one row each. `program.ts` makes a model of it, which all engines compute.

export interface GatingTraits {
  /** Softmax gates of a level: none, one for all tasks, or one for each. Without gates, a task reads the mean of what it sees. */
  readonly gates: "none" | "one" | "per-task";
  /** The experts that a task sees: the shared ones and its own, or those of all tasks. */
  readonly sees: "own" | "all";
  /** The experts that learn from a task's loss: all that it sees, or the shared ones and its own. */
  readonly teaches: "seen" | "own";
  /** Whether a task's mix has the task's own expert as it is, too. */
  readonly isResidual: boolean;
  /** The experts that there must be: any, one that a task sees, none but shared ones, one a task, or one a task alone. */
  readonly experts: "any" | "one" | "shared" | "one-own" | "alone";
  /**
   * What else ties the tasks: matrices [K, K] after each layer, a penalty on distances between their networks, kernels that are products
   * over tasks, a matrix and a random gate for each task and expert, or a mask of the expert's units for each task.
   */
  readonly links: "none" | "stitches" | "constraint" | "factors" | "connections" | "masks";
}

const PLAIN: GatingTraits = {
  gates: "none",
  sees: "own",
  teaches: "seen",
  isResidual: false,
  experts: "any",
  links: "none",
};

/** How expert outputs reach the towers. */
const GATINGS = {
  /** A task has one expert: the bottom. */
  none: { ...PLAIN, experts: "one" },
  /** The mean of the experts that a task sees. */
  average: PLAIN,
  /** OMoE. */
  single: { ...PLAIN, gates: "one", experts: "shared" },
  /** MMoE. */
  "per-task": { ...PLAIN, gates: "per-task" },
  /** AdaTT. */
  residual: { ...PLAIN, gates: "per-task", sees: "all", isResidual: true, experts: "one-own" },
  /** STEM. */
  detached: { ...PLAIN, gates: "per-task", sees: "all", teaches: "own" },
  "cross-stitch": { ...PLAIN, sees: "all", experts: "alone", links: "stitches" },
  /** SNR-Trans. */
  "snr-trans": { ...PLAIN, experts: "shared", links: "connections" },
  /** MTAN. */
  attention: { ...PLAIN, experts: "one", links: "masks" },
  "l2-constrained": { ...PLAIN, experts: "alone", links: "constraint" },
  "tensor-factorization": { ...PLAIN, experts: "alone", links: "factors" },
} satisfies Record<string, GatingTraits>;

export type Gating = keyof typeof GATINGS;

export const GATING_NAMES = Object.keys(GATINGS) as Gating[];

export function traitsOf({ gating }: { readonly gating: Gating }): GatingTraits {
  return GATINGS[gating];
}
