import { parameterCount } from "./parameters.ts";
import { type Dimensions, type ModelSpec, readInputs } from "./spec.ts";

interface ZooEntry {
  /** Its name in figures and reports, as the field writes it. */
  readonly label: string;
  /** One sentence for `mmoe models`. */
  readonly about: string;
  /**
   * The prediction y_k of task k from a row x, line by line. t_k is a tower; f_e an expert, s_e one that all tasks see,
   * o_ke one of task k's own.
   */
  readonly formula: readonly string[];
  /** Paper and section; what is assumed. */
  readonly source: string;
  readonly build: (dimensions: Dimensions) => ModelSpec;
}

/** Section 5.1: 8 experts of 16 units, towers of 8 units. */
const EXPERTS = 8;
const EXPERT_UNITS = 16;
const TOWER_UNITS = 8;
/** Section 3.3's bottom (Figure 3). */
const SMALL_BOTTOM_UNITS = 16;
/** Half of the experts, as the default of MMoEEx' code. */
const CLOSED = EXPERTS / 2;
/** Experts that a top-k gate keeps; assumed. */
const TOP = 2;
/** Probability that a gate's weight is dropped; of the paper. */
const GATE_DROPOUT = 0.1;
/** Of the importance loss; of the paper. */
const IMPORTANCE = 0.1;
/** Units of the last layer of MTAN's shared network; assumed. */
const MASKED_UNITS = 32;
/** Assumed. */
const SELECTION = { experts: 2, gamma: 1, entropy: 0.01 };
/** Of L2-constrained models; assumed. */
const CONSTRAINT = 0.001;
/** Ranks of a layer's kernels over two tasks; assumed. */
const RANKS = { inputs: 32, units: 32, tasks: 2 };
/** Of an input's vector in a factorization machine. */
const FACTORS = 8;
/** Units of a hidden layer of a gate; assumed. */
const GATE_UNITS = 16;

const PAPER = {
  experts: { shared: EXPERTS, perTask: 0, layers: [EXPERT_UNITS] },
  gate: { layers: [], bias: false },
  tower: { layers: [TOWER_UNITS] },
  bias: true,
  dropout: 0,
} as const;

const MLP = {
  experts: { shared: 4, perTask: 0, layers: [64, 32, 32] },
  gate: { layers: [], bias: true },
  tower: { layers: [64, 32] },
  bias: true,
  dropout: 0,
} as const;

const CARUANA = "Caruana, Machine Learning 28, 1997; Ma et al., KDD 2018, section 3.1";
const MMOE_FORMULA = ["y_k = t_k(sum_e g_k(x)_e f_e(x))", "g_k(x) = softmax(W_k x)"];

/** Models by name. Sizes are those of section 5.1 unless the source says otherwise. */
export const ZOO = {
  "shared-bottom": {
    label: "Shared-Bottom",
    about: "Shared-Bottom; as the paper counts, as large as mmoe",
    formula: ["y_k = t_k(f(x))"],
    source: `${CARUANA}; sizes from section 5.1`,
    build: (dimensions) => sharedBottom("shared-bottom", sharedBottomUnits(dimensions), dimensions),
  },
  "shared-bottom-16": {
    label: "Shared-Bottom-16",
    about: "section 3.3's Shared-Bottom, of 16 units (Figure 3)",
    formula: ["y_k = t_k(f(x))"],
    source: `${CARUANA}; sizes from section 3.3`,
    build: (dimensions) => sharedBottom("shared-bottom-16", SMALL_BOTTOM_UNITS, dimensions),
  },
  omoe: {
    label: "OMoE",
    about: "one gate for all tasks over 8 experts",
    formula: ["y_k = t_k(sum_e g(x)_e f_e(x))", "g(x) = softmax(W x)"],
    source: "Ma et al., KDD 2018, section 4.2",
    build: (dimensions) => ({ ...PAPER, ...dimensions, name: "omoe", gating: "single" }),
  },
  mmoe: {
    label: "MMoE",
    about: "a gate for each task over 8 experts",
    formula: MMOE_FORMULA,
    source: "Ma et al., KDD 2018, section 4.2",
    build: (dimensions) => mmoe("mmoe", dimensions),
  },
  "mmoe-mlp": {
    label: "MMoE-MLP",
    about: "a common PyTorch form: deep experts and towers",
    formula: ["y_k = t_k(sum_e g_k(x)_e f_e(x))", "g_k(x) = softmax(W_k x + b_k)"],
    source: "Ma et al., KDD 2018, section 4.2; sizes as in public PyTorch code",
    build: (dimensions) => ({ ...MLP, ...dimensions, name: "mmoe-mlp", gating: "per-task" }),
  },
  "mmoe-mlp-average": {
    label: "MMoE-MLP-Average",
    about: "mmoe-mlp without gates: the experts' mean",
    formula: ["y_k = t_k(mean_e f_e(x))"],
    source: "mmoe-mlp without its gates",
    build: (dimensions) => ({ ...MLP, ...dimensions, name: "mmoe-mlp-average", gating: "average" }),
  },
  "single-task": {
    label: "Single-Task",
    about: "a network per task; together as many parameters as mmoe",
    formula: ["y_k = t_k(o_k(x))"],
    source: "the usual control: the tasks share nothing; units matched to mmoe",
    build: (dimensions) => matchedSingleTask("single-task", dimensions),
  },
  "single-task-wide": {
    label: "Single-Task-Wide",
    about: "a network per task with the units of mmoe's experts",
    formula: ["y_k = t_k(o_k(x))"],
    source: "the usual control: the tasks share nothing; 8 x 16 units a task",
    build: (dimensions) => singleTask("single-task-wide", EXPERTS * EXPERT_UNITS, dimensions),
  },
  average: {
    label: "Average",
    about: "the mean of 8 experts, without gates",
    formula: ["y_k = t_k(mean_e f_e(x))"],
    source: "mmoe without its gates",
    build: (dimensions) => ({ ...PAPER, ...dimensions, name: "average", gating: "average" }),
  },
  "shared-bottom-matched": {
    label: "Shared-Bottom-Matched",
    about: "Shared-Bottom of as many parameters as mmoe, gates too",
    formula: ["y_k = t_k(f(x))"],
    source: `${CARUANA}; units matched to all of mmoe's parameters`,
    build: (dimensions) => {
      const build = (units: number) => sharedBottom("shared-bottom-matched", units, dimensions);
      return build(matchedUnits(build, mmoe("mmoe", dimensions)));
    },
  },
  "mmoe-deep-gate-1": {
    label: "MMoE-Deep-Gate-1",
    about: "mmoe with a hidden layer of 16 units in each gate",
    formula: ["y_k = t_k(sum_e g_k(x)_e f_e(x))", "g_k(x) = softmax(W_k relu(V_k x + a_k) + b_k)"],
    source: "Ma et al., KDD 2018, section 4.2; the gates' layers are assumed",
    build: (dimensions) => deepGates("mmoe-deep-gate-1", 1, dimensions),
  },
  "mmoe-deep-gate-2": {
    label: "MMoE-Deep-Gate-2",
    about: "mmoe with two hidden layers of 16 units in each gate",
    formula: ["y_k = t_k(sum_e g_k(x)_e f_e(x))", "g_k(x) = softmax(W_k relu(U_k relu(V_k x + a_k) + c_k) + b_k)"],
    source: "Ma et al., KDD 2018, section 4.2; the gates' layers are assumed",
    build: (dimensions) => deepGates("mmoe-deep-gate-2", 2, dimensions),
  },
  cgc: {
    label: "CGC",
    about: "4 experts that all tasks see and 2 of each task's own",
    formula: ["y_k = t_k(sum_e g_k(x)_e f_ke(x))", "f_k = (s_1, .., s_4, o_k1, o_k2)", "g_k(x) = softmax(W_k x)"],
    source: "Tang et al., RecSys 2020, section 4.1; numbers of experts assumed",
    build: (dimensions) => cgc("cgc", dimensions),
  },
  ple: {
    label: "PLE",
    about: "two levels of cgc, with a gate for the shared experts",
    formula: [
      "y_k = t_k(m_k) with m_k of the last level; the first reads m_k = m_s = x",
      "m_k' = sum_e softmax(W_k m_k)_e f_ke, f_k = (s_1(m_s), .., o_k1(m_k), ..)",
      "m_s' = sum_e softmax(W_s m_s)_e f_e, f all experts; not in the last level",
    ],
    source: "Tang et al., RecSys 2020, section 4.2; numbers of experts assumed",
    build: (dimensions) => ({ ...cgc("ple", dimensions), levels: 2 }),
  },
  "mmoe-top-k": {
    label: "MMoE-Top-k",
    about: "mmoe whose gates keep the 2 largest weights",
    formula: ["y_k = t_k(sum_e g_k(x)_e f_e(x))", "g_k(x) = softmax(top_2(W_k x)), 0 for the other experts"],
    source: "Shazeer et al., ICLR 2017, section 2.1, without its noise; k = 2 assumed",
    build: (dimensions) => ({ ...mmoe("mmoe-top-k", dimensions), gate: { ...PAPER.gate, top: TOP } }),
  },
  "dselect-k": {
    label: "DSelect-k",
    about: "mmoe whose gates select 2 experts by binary codes",
    formula: [
      "y_k = t_k(sum_e q_k(x)_e f_e(x)), q_k(x) = sum_i softmax(A_k x)_i r(Z_ki x)",
      "r(z)_e = prod_b S(z_b) where bit b of e is 1, 1 - S(z_b) where it is 0",
      "S a smooth step of width 1; added to the loss: .01 sum_ki entropy(r(Z_ki x))",
    ],
    source: "Hazimeh et al., NeurIPS 2021, per row; k = 2, width and .01 assumed",
    build: (dimensions) => ({ ...mmoe("dselect-k", dimensions), gate: { ...PAPER.gate, select: SELECTION } }),
  },
  adatt: {
    label: "AdaTT",
    about: "an expert per task; a task adds a mix of all to its own",
    formula: ["y_k = t_k(o_k(x) + sum_j g_k(x)_j o_j(x))", "g_k(x) = softmax(W_k x)"],
    source: "Li et al., KDD 2023, section 3.1 (AdaTT-sp), one level; 128 / K units assumed",
    build: (dimensions) => ({
      ...mmoe("adatt", dimensions),
      experts: { shared: 0, perTask: 1, layers: [Math.round((EXPERTS * EXPERT_UNITS) / dimensions.tasks)] },
      gating: "residual",
    }),
  },
  "mmoe-detached": {
    label: "MMoE-Detached",
    about: "cgc's experts, all seen; those of others don't learn",
    formula: [
      "y_k = t_k(sum_e g_k(x)_e f_e(x))",
      "f = (s_1, .., s_4, o_11, o_12, .., o_K1, o_K2)",
      "g_k(x) = softmax(W_k x); no gradient from y_k to o_j, j other than k",
    ],
    source: "Su et al., AAAI 2024 (STEM): its gates; numbers of experts assumed",
    build: (dimensions) => ({ ...cgc("mmoe-detached", dimensions), gating: "detached" }),
  },
  "cross-stitch": {
    label: "Cross-Stitch",
    about: "a network per task; after each layer tasks mix units",
    formula: [
      "y_k = t_k(h_k), h_k = sum_j a_kj relu(V_j x + c_j), and so on for each layer",
      "a_kj learned, no function of x; at the start a_kk = .9 and the others .1",
    ],
    source: "Misra et al., CVPR 2016, section 3.3; as large as single-task",
    build: (dimensions) => ({ ...matchedSingleTask("cross-stitch", dimensions), gating: "cross-stitch" }),
  },
  "l2-constrained": {
    label: "L2-Constrained",
    about: "a network per task; an L2 penalty draws them together",
    formula: [
      "y_k = t_k(o_k(x)), and with w_k all parameters of o_k and t_k",
      "added to the loss: .001 sum_(j < k) |w_j - w_k|^2",
    ],
    source: "Duong et al., ACL 2015; Ma et al., KDD 2018, section 6.2; .001 assumed; as large as single-task",
    build: (dimensions) => ({
      ...matchedSingleTask("l2-constrained", dimensions),
      gating: "l2-constrained",
      constraint: CONSTRAINT,
    }),
  },
  "tensor-factorization": {
    label: "Tensor-Factorization",
    about: "a network per task; their kernels are Tucker products",
    formula: [
      "y_k = t_k(o_k(x)), each hidden layer relu(W_k' h + b_k) with the kernel",
      "W_k = U (sum_i v_ki S_i) V; U [in, 32], S_i [32, 32], V [32, out], v [K, K]",
      "are of all tasks; a layer of fewer inputs or units has a lower rank",
    ],
    source: "Yang and Hospedales, ICLR 2017; Ma et al., KDD 2018, section 6.2; ranks assumed; as wide as single-task",
    build: (dimensions) => ({
      ...matchedSingleTask("tensor-factorization", dimensions),
      gating: "tensor-factorization",
      ranks: { ...RANKS, tasks: dimensions.tasks },
    }),
  },
  "snr-trans": {
    label: "SNR-Trans",
    about: "a task sums 8 experts by matrices and random gates",
    formula: [
      "y_k = t_k(sum_e z_ke W_ke f_e(x)), z_ke = min(1, max(0, 1.2 s_ke - .1))",
      "s_ke = sigmoid((log u - log(1 - u) + a_ke) / (2/3)), u uniform at each step;",
      "s_ke = sigmoid(a_ke) on held-out rows; a_ke = log alpha_ke, learned from 0",
    ],
    source: "Ma et al., AAAI 2019 (SNR-Trans), no L0 term; gates of Louizos et al., ICLR 2018; start assumed",
    build: (dimensions) => ({ ...PAPER, ...dimensions, name: "snr-trans", gating: "snr-trans" }),
  },
  "shared-bottom-linear": {
    label: "Shared-Bottom-Linear",
    about: "shared-bottom whose bottom has no activation",
    formula: ["y_k = t_k(W x + b)"],
    source: "Ma et al., KDD 2018, section 3.1, its bottom read as a linear layer; sizes from section 5.1",
    build: (dimensions) => linear(sharedBottom("shared-bottom-linear", sharedBottomUnits(dimensions), dimensions)),
  },
  "omoe-linear": {
    label: "OMoE-Linear",
    about: "omoe whose experts have no activation",
    formula: ["y_k = t_k(sum_e g(x)_e (V_e x + b_e))", "g(x) = softmax(W x)"],
    source: 'Ma et al., KDD 2018, section 5.1: an expert is "a single layer", read as linear',
    build: (dimensions) => linear({ ...PAPER, ...dimensions, name: "omoe-linear", gating: "single" }),
  },
  "mmoe-linear": {
    label: "MMoE-Linear",
    about: "mmoe whose experts have no activation",
    formula: ["y_k = t_k(sum_e g_k(x)_e (V_e x + b_e))", "g_k(x) = softmax(W_k x)"],
    source: 'Ma et al., KDD 2018, section 5.1: an expert is "a single layer", read as linear',
    build: (dimensions) => linear(mmoe("mmoe-linear", dimensions)),
  },
  "mmoe-ex": {
    label: "MMoE-Ex",
    about: "mmoe, 4 of whose experts are closed to one task each",
    formula: ["y_k = t_k(sum_e g_k(x)_e f_e(x)), e other than k, k + K, .. of the first 4", "g_k(x) = softmax(W_k x)"],
    source: "Aoki et al., BIOKDD 2021 (MMoEEx), exclusion, without its two-step optimizer; in turn, not by chance",
    build: ({ tasks, ...dimensions }) => {
      const spec = mmoe("mmoe-ex", { tasks, ...dimensions });
      return tasks === 1 ? spec : { ...spec, experts: { ...spec.experts, closed: CLOSED } };
    },
  },
  "mmoe-gate-dropout": {
    label: "MMoE-Gate-Dropout",
    about: "mmoe; in training, a gate drops weights at 10 %",
    formula: [
      "y_k = t_k(sum_e g_k(x)_e f_e(x)), on held-out rows g_k(x) = softmax(W_k x)",
      "in training g_k(x)_e = d_ke softmax(W_k x)_e / sum_j d_kj softmax(W_k x)_j",
      "each row draws its d_ke: 0 with a probability of .1, else 1",
      "where all d_ke of a gate would be 0, all are 1",
    ],
    source: "Zhao et al., RecSys 2019; rows on which all experts are dropped assumed",
    build: (dimensions) => {
      return { ...mmoe("mmoe-gate-dropout", dimensions), gate: { ...PAPER.gate, dropout: GATE_DROPOUT } };
    },
  },
  "mmoe-home": {
    label: "MMoE-HoME",
    about: "mmoe whose experts are normalised, with Swish",
    formula: [
      "y_k = t_k(sum_e g_k(x)_e f_e(x)), f_e(x) = swish(norm(W_e x + b_e))",
      "norm(z) = c_e (z - mean z) / sd(z) + d_e, over units; swish(z) = z sigmoid(z)",
      "g_k(x) = softmax(W_k x)",
    ],
    source: "Wang et al., 2024 (HoME): its experts alone; a layer norm (ours) in place of a batch norm",
    build: (dimensions) => {
      const spec = mmoe("mmoe-home", dimensions);
      return { ...spec, experts: { ...spec.experts, activation: "swish", norm: true } };
    },
  },
  ppnet: {
    label: "PPNet",
    about: "shared-bottom; gates on the inputs scale a tower's units",
    formula: [
      "y_k = t_k(f(x)), each hidden layer of t_k: relu(V_k h + b_k) * d_k",
      "d_k = 2 sigmoid(W_k relu(U_k x + a_k) + c_k)",
    ],
    source: "Chang et al., KDD 2023 (PEPNet), PPNet on shared-bottom; a gate's 16 units assumed",
    build: (dimensions) => {
      const spec = sharedBottom("ppnet", sharedBottomUnits(dimensions), dimensions);
      return { ...spec, tower: { ...spec.tower, gate: GATE_UNITS } };
    },
  },
  "mmoe-top-k-noisy": {
    label: "MMoE-Top-k-Noisy",
    about: "mmoe-top-k with noisy logits and a loss of importance",
    formula: [
      "y_k = t_k(sum_e g_k(x)_e f_e(x)), g_k(x) = softmax(top_2(h_k(x)))",
      "h_k(x)_e = (W_k x)_e + z ln(1 + exp((N_k x)_e)), z normal, 0 on held-out rows",
      "added to the loss: .1 sum_k (sd_e(i_ke) / mean_e(i_ke))^2, where i_ke is",
      "the sum of g_k(x)_e over the batch",
    ],
    source: "Shazeer et al., ICLR 2017, eqs. 3 to 7, without its load loss; k = 2 assumed",
    build: (dimensions) => ({
      ...mmoe("mmoe-top-k-noisy", dimensions),
      gate: { ...PAPER.gate, top: TOP, noise: true, importance: IMPORTANCE },
    }),
  },
  mtan: {
    label: "MTAN",
    about: "a bottom of two layers; tasks mask the second's units",
    formula: [
      "y_k = t_k(a_k * p), p = relu(W u + b) and u = relu(V x + c) shared",
      "a_k = sigmoid(H_k relu(G_k u + d_k) + e_k)",
    ],
    source: "Liu et al., CVPR 2019 (MTAN), a block of dense layers; sizes assumed; as large as mmoe or larger",
    build: (dimensions) => {
      const build = (units: number): ModelSpec => ({
        ...sharedBottom("mtan", units, dimensions),
        experts: { shared: 1, perTask: 0, layers: [units, MASKED_UNITS] },
        gating: "attention",
        gate: { layers: [GATE_UNITS], bias: true },
      });
      return build(Math.max(MASKED_UNITS, matchedUnits(build, mmoe("mmoe", dimensions))));
    },
  },
  "logistic-regression": {
    label: "Logistic Regression",
    about: "linear: a weight for each input and each value of an id",
    formula: ["y_k = t_k(x), t_k(x) = w_k x + sum_c u_kc e_kc(x_c) + b_k, for ids c"],
    source: "the usual peer of a recommender; linear regression of labels that are numbers",
    build: ({ embeddings = [], ...dimensions }) => ({
      ...{ ...PAPER, ...dimensions, name: "logistic-regression", gating: "none" },
      ...(embeddings.length > 0 && { embeddings: embeddings.map((table) => ({ ...table, size: 1 })) }),
      experts: { shared: 0, perTask: 1, layers: [] },
      tower: { layers: [] },
    }),
  },
  "factorization-machine": {
    label: "Factorization Machine",
    about: "linear, and products of all pairs of inputs by factors",
    formula: [
      "y_k = t_k(x) + sum_(i < j) v_ki v_kj, t_k as of logistic-regression",
      "v_ki = x_i V_ki of inputs, V_kc(x_c) of ids c, vectors of 8 factors",
    ],
    source: "Rendle, ICDM 2010; one for each output, 8 factors as in libFM",
    build: (dimensions) => {
      const linear: ModelSpec = ZOO["logistic-regression"].build(dimensions);
      return { ...linear, name: "factorization-machine", factors: FACTORS };
    },
  },
} as const satisfies Record<string, ZooEntry>;

export type ModelName = keyof typeof ZOO;

export const MODEL_NAMES = Object.keys(ZOO) as ModelName[];

/** The name of one of the zoo's models in figures and reports; other names are unchanged. */
export function zooLabel(name: string): string {
  return (ZOO as Readonly<Record<string, ZooEntry>>)[name]?.label ?? name;
}

type Some<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** A model of the zoo under another name, and what differs from it. */
export interface Variant extends Some<Pick<ModelSpec, "gating" | "levels" | "constraint" | "factors" | "bias">> {
  readonly name: string;
  readonly label?: string | undefined;
  readonly like: ModelName;
  readonly experts?: Some<ModelSpec["experts"]> | undefined;
  readonly gate?: Some<Omit<ModelSpec["gate"], "select"> & { select: Some<typeof SELECTION> }> | undefined;
  readonly tower?: Some<ModelSpec["tower"]> | undefined;
  readonly ranks?: Some<typeof RANKS> | undefined;
}

export function variantSpec(
  { name, label: _, like, experts, gate, tower, ranks, ...changes }: Variant,
  dimensions: Dimensions,
): ModelSpec {
  const base: ModelSpec = ZOO[like].build(dimensions);
  const select = gate?.select && { ...SELECTION, ...base.gate.select, ...gate.select };
  return {
    ...base,
    ...changes,
    name,
    experts: { ...base.experts, ...experts },
    gate: { ...base.gate, ...gate, ...(select && { select }) },
    tower: { ...base.tower, ...tower },
    ...(ranks && { ranks: { ...RANKS, ...base.ranks, ...ranks } }),
  } as ModelSpec;
}

/** The name of a model that was changed by settings such as `experts.shared=4`: `mmoe-experts.shared-4`. */
export function variantName(
  model: string,
  changes: readonly { readonly path: readonly string[]; readonly text: string }[],
) {
  return [model, ...changes.map(({ path, text }) => `${path.join(".")}-${plainText(text)}`)].join("-");
}

/** What a name may have of a text. */
export function plainText(text: string): string {
  return (text.match(/[a-z0-9.]+/gi) ?? []).join("-");
}

// Shapes that the models are made of, in the paper's sizes.

/**
 * Units of a bottom with which Shared-Bottom has as many weights in bottom and towers as an MoE model has in experts
 * and towers (section 5.1): weights / (D + T K), about 113 at the paper's sizes.
 */
export function sharedBottomUnits({ tasks, ...dimensions }: Dimensions): number {
  const inputs = readInputs(dimensions);
  const weights = inputs * EXPERT_UNITS * EXPERTS + EXPERT_UNITS * TOWER_UNITS * tasks;
  return Math.round(weights / (inputs + TOWER_UNITS * tasks));
}

/** The units with which `build(units)` has as many parameters as `target`, without embeddings, as nearly as whole units allow. */
function matchedUnits(build: (units: number) => ModelSpec, target: ModelSpec): number {
  const count = (spec: ModelSpec) => parameterCount(spec) - parameterCount(spec, "embeddings");
  const [one, two] = [count(build(1)), count(build(2))];
  return Math.max(1, Math.round(1 + (count(target) - one) / (two - one)));
}

function sharedBottom(name: string, units: number, dimensions: Dimensions): ModelSpec {
  return { ...PAPER, ...dimensions, name, experts: { shared: 1, perTask: 0, layers: [units] }, gating: "none" };
}

/** Networks that share nothing, one a task. */
function singleTask(name: string, units: number, dimensions: Dimensions): ModelSpec {
  return { ...PAPER, ...dimensions, name, experts: { shared: 0, perTask: 1, layers: [units] }, gating: "none" };
}

/** Networks that share nothing, one a task, with as many parameters as mmoe. */
function matchedSingleTask(name: string, dimensions: Dimensions): ModelSpec {
  const build = (units: number) => singleTask(name, units, dimensions);
  return build(matchedUnits(build, mmoe("mmoe", dimensions)));
}

function mmoe(name: string, dimensions: Dimensions): ModelSpec {
  return { ...PAPER, ...dimensions, name, gating: "per-task" };
}

/** The model whose experts have no activation after their last layer. */
function linear(model: ModelSpec): ModelSpec {
  return { ...model, experts: { ...model.experts, activation: "none" } };
}

/** MMoE whose gates have hidden layers, with biases. */
function deepGates(name: string, layers: number, dimensions: Dimensions): ModelSpec {
  return { ...mmoe(name, dimensions), gate: { layers: new Array<number>(layers).fill(GATE_UNITS), bias: true } };
}

/** A gate a task over experts that all tasks see and the task's own. */
function cgc(name: string, dimensions: Dimensions): ModelSpec {
  return { ...mmoe(name, dimensions), experts: { shared: 4, perTask: 2, layers: [EXPERT_UNITS] } };
}
