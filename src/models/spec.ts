import { type Gating, traitsOf } from "./gatings.ts";

/** What follows the last layer of an expert, or of a bottom. */
export type Activation = "relu" | "none" | "swish";

/**
 * A member of the family: experts feed towers, one for each task. All layers are ReLU layers, except a tower's output and
 * the last layers of experts without activation.
 * A gate is a linear map of the *input*, or has layers of its own before that map, then a softmax over the experts. With gating
 * attention, each task has such layers on the units before the last of the expert, whose own units their sigmoids multiply.
 *
 * With levels, each has experts and gates of its own. A task's gate of one level makes what the task's own experts and
 * its gate of the next level read. One more gate, over all experts, makes what the shared ones read; the last level has
 * none.
 */
export interface ModelSpec {
  readonly name: string;
  /** D. */
  readonly inputs: number;
  /** Vectors that networks read in place of the last numbers of a row, one for each of these; none if absent. */
  readonly embeddings?: readonly Embedding[];
  /** K. */
  readonly tasks: number;
  /** Outputs of each task, [K], such as a logit for each class; one each if absent. */
  readonly outputs?: readonly number[];
  readonly experts: {
    /** Experts that all tasks see. */
    readonly shared: number;
    /** Experts that only one task sees, for each task. */
    readonly perTask: number;
    /** How many of the shared experts, from the first on, are closed to one task: expert e to task e mod K. None if absent. */
    readonly closed?: number;
    /** Units of each layer of an expert, H last; none if each task's tower reads the inputs. */
    readonly layers: readonly number[];
    /** After the last of these; the others are ReLU layers. relu if absent; swish is z sigmoid(z). */
    readonly activation?: Activation;
    /** Whether the units of the last layer are normalised before their activation: a layer norm with a gain and a shift of each unit. */
    readonly norm?: boolean;
  };
  readonly gating: Gating;
  /** Levels of experts and gates; 1 if absent. */
  readonly levels?: number;
  readonly gate: {
    /** Units of ReLU layers before the gate's linear map; none in the paper. */
    readonly layers: readonly number[];
    /** None in the paper: g(x) = softmax(W x). */
    readonly bias: boolean;
    /** The softmax is over this many of the largest logits, of equals the first; the rest have weight 0. All if absent. */
    readonly top?: number;
    /** Probability that an expert's weight is 0 while training; the other weights are then divided by their sum. 0 if absent. */
    readonly dropout?: number;
    /**
     * Whether logits are noisy while training (Shazeer et al., ICLR 2017): then a gate has a second output for each expert, whose
     * softplus is the standard deviation of the normal that is added to the expert's logit.
     */
    readonly noise?: boolean;
    /**
     * What is added to the objective for each gate: this times the squared coefficient of variation, over experts, of the sums of
     * their weights over the batch. Nothing if absent.
     */
    readonly importance?: number;
    /** Experts are selected by binary codes, without a softmax over them (DSelect-k). */
    readonly select?: Selection;
  };
  readonly tower: {
    /** Units of each ReLU layer before the linear output, T last. */
    readonly layers: readonly number[];
    /**
     * Units of the ReLU layer of a gate (PPNet): one for each of these layers of each task, which reads what experts of the first level
     * read, and by twice whose sigmoids the layer's units are multiplied. No gates if absent.
     */
    readonly gate?: number;
  };
  /**
   * With gating l2-constrained: what the squared distances between the tasks' networks, over all pairs of tasks, are
   * multiplied by in the objective.
   */
  readonly constraint?: number;
  /** With gating tensor-factorization. */
  readonly ranks?: Ranks;
  /**
   * Tasks that follow each other, each of which happens only after the one before (ESMM, Ma et al., SIGIR 2018): what is predicted for
   * one is the logit of the product of the probabilities up to its own. Each has one output. None if absent.
   */
  readonly funnel?: readonly number[];
  /**
   * Factors of each input and vector for each output, whose inner products are added to it for all pairs (factorization machines, Rendle,
   * ICDM 2010): with towers that are linear maps of the inputs. None if absent.
   */
  readonly factors?: number;
  /** Biases on experts, towers and outputs. */
  readonly bias: boolean;
  /** Probability that a unit of an expert's or a tower's ReLU layer is dropped while training; 0 for none. */
  readonly dropout: number;
}

/** The sizes of a model that the data fix. */
export type Dimensions = Pick<ModelSpec, "inputs" | "embeddings" | "tasks" | "outputs">;

/**
 * A table of learned vectors, [rows, size]. The number of a row's vector is an input, or `slots` inputs number vectors, whose mean is read:
 * -1 stands for none, only after others. The last vector is 0 and not trained.
 */
export interface Embedding {
  readonly rows: number;
  readonly size: number;
  /** Absent for one number, which each row has. */
  readonly slots?: number;
}

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

/** Ranks of a layer's kernels over tasks, a tensor [in, out, K]; each is at most that size. */
export interface Ranks {
  readonly inputs: number;
  readonly units: number;
  readonly tasks: number;
}

/** The inputs that networks read as they are, which come first in a row. */
export function plainInputs({ inputs, embeddings = [] }: Pick<ModelSpec, "inputs" | "embeddings">): number {
  return embeddings.reduce((left, { slots = 1 }) => left - slots, inputs);
}

/** Numbers that networks of the first level read: the plain inputs, then the vectors. */
export function readInputs(spec: Pick<ModelSpec, "inputs" | "embeddings">): number {
  return (spec.embeddings ?? []).reduce((sum, { size }) => sum + size, plainInputs(spec));
}

/** How many tables each embedding has: one for all tasks, or K where the tasks share nothing; 0 without embeddings. */
export function embeddingSets(spec: ModelSpec): number {
  if (!spec.embeddings?.length) return 0;
  return areTasksApart(spec) ? spec.tasks : 1;
}

/** Whether the tasks share no network. */
export function areTasksApart(spec: ModelSpec): boolean {
  const { sees, links } = traitsOf(spec);
  return sees !== "all" && links === "none" && spec.experts.shared === 0;
}

/** E, the number of experts of all kinds in a level. */
export function expertCount({ experts, tasks }: ModelSpec): number {
  return experts.shared + tasks * experts.perTask;
}

/** Whether layer number i of an expert is a ReLU layer; if not, it is linear, and its units are not dropped. */
export function isReluLayer({ experts: { activation, layers } }: ModelSpec, i: number): boolean {
  return (activation ?? "relu") === "relu" || i < layers.length - 1;
}

export function outputsFor({ outputs }: Pick<ModelSpec, "outputs">, task: number): number {
  return outputs?.[task] ?? 1;
}

/** Outputs of all tasks before one, or of all K: the column of its first. */
export function firstOutput(spec: Pick<ModelSpec, "outputs">, task: number): number {
  return range(0, task).reduce((sum, k) => sum + outputsFor(spec, k), 0);
}

export function levelCount({ levels = 1 }: ModelSpec): number {
  return levels;
}

/**
 * The experts that `task` sees, in the order of its gate's outputs: the shared ones but those closed to it, then its own or those of
 * all tasks. Number K stands for the shared experts of the next level, whose gate sees all.
 */
export function expertsOf(spec: ModelSpec, task: number): number[] {
  const seesAll = task === spec.tasks || traitsOf(spec).sees === "all";
  return seesAll ? range(0, expertCount(spec)).filter((e) => isOpen(spec, e, task)) : ownExpertsOf(spec, task);
}

/** The shared experts that are open to the task, then its own. */
function ownExpertsOf(spec: ModelSpec, task: number): number[] {
  return [...expertsOn(spec, spec.tasks), ...expertsOn(spec, task)].filter((e) => isOpen(spec, e, task));
}

function isOpen({ experts: { closed = 0 }, tasks }: ModelSpec, e: number, task: number): boolean {
  return e >= closed || e % tasks !== task;
}

/** The experts that learn from a task's loss by the mix that it reads; number K as in `expertsOf`. */
export function expertsTaughtBy(spec: ModelSpec, task: number): number[] {
  return task < spec.tasks && traitsOf(spec).teaches === "own" ? ownExpertsOf(spec, task) : expertsOf(spec, task);
}

/** The experts on a path, which read the same in each level: those of one task, or, on path K, the shared ones. */
export function expertsOn({ experts, tasks }: ModelSpec, path: number): number[] {
  if (path === tasks) return range(0, experts.shared);
  const first = experts.shared + path * experts.perTask;
  return range(first, first + experts.perTask);
}

/** Whether a level has a gate, number K, for the shared experts of the next. */
export function hasSharedGate(spec: ModelSpec, level: number): boolean {
  return level < levelCount(spec) - 1 && spec.experts.shared > 0;
}

/** Whether the gates, or a constraint on the weights, add a term of their own to the tasks' losses. */
export function hasPenalty(spec: ModelSpec): boolean {
  return spec.gate.select !== undefined || Boolean(spec.gate.importance) || traitsOf(spec).links === "constraint";
}

/** Outputs of gate number g: a logit for each expert that it sees, then their noise, or for each selector a logit and a code. */
export function gateOutputs(spec: ModelSpec, g: number): number {
  const E = expertsOf(spec, g).length;
  const { select, noise } = spec.gate;
  return select === undefined ? E * (noise ? 2 : 1) : select.experts * (1 + Math.log2(E));
}

/** How many gates a level has: none, one for all tasks, or one for each task; then one for the shared path. */
export function gateCount(spec: ModelSpec, level = 0): number {
  const { gates } = traitsOf(spec);
  if (gates === "per-task") return spec.tasks + Number(hasSharedGate(spec, level));
  return gates === "one" ? 1 : 0;
}

/** Whether one mix of a level is for all tasks. */
export function hasOneMix(spec: ModelSpec): boolean {
  const { gates, links } = traitsOf(spec);
  return gates === "one" || (gates === "none" && links === "none" && spec.experts.perTask === 0);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
