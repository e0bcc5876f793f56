/** How the tasks' gradients become one: `sum`, the gradient of the sum of losses, or a method that weighs them. */
export const METHODS = [
  "sum",
  "uncertainty",
  "gradnorm",
  "pcgrad",
  "mgda",
  "cagrad",
  "nash-mtl",
  "famo",
  "aligned-mtl",
  "log",
  "gls",
  "rlw",
  "dwa",
  "stch",
  "fairgrad",
  "imtl-g",
  "config",
  "upgrad",
  "excess",
  "db-mtl",
] as const;
export type MethodName = (typeof METHODS)[number];

/** Names of the constants in methods' formulas (docs/methods.md); the setting of one is `method.` and its name. */
export const CONSTANT_NAMES = [
  "alpha",
  "c",
  "rate",
  "decay",
  "sigma",
  "temperature",
  "mu",
  "window",
  "momentum",
] as const;
export type ConstantName = (typeof CONSTANT_NAMES)[number];

export type MethodConstants = Readonly<Partial<Record<ConstantName, number>>>;

interface MethodTraits {
  /** Whether it needs the gradient of each task's loss, with a backward pass for each; others weigh the losses. */
  readonly combines: boolean;
  /** Numbers that it learns of each task: its weight, logit or variance, Adam's two moments of it, or losses. */
  readonly learns: number;
  /** Whether it keeps a number of each task's gradient for each parameter. */
  readonly keepsGradients?: true;
  /** Its constants and their defaults. */
  readonly constants: MethodConstants;
}

/** A momentum of the weights, which every method can have. */
const STILL = { momentum: 0 };

const TRAITS: Readonly<Record<MethodName, MethodTraits>> = {
  sum: { combines: false, learns: 0, constants: {} },
  uncertainty: { combines: false, learns: 3, constants: STILL },
  gradnorm: { combines: true, learns: 4, constants: { alpha: 1.5, rate: 0.025, ...STILL } },
  pcgrad: { combines: true, learns: 0, constants: STILL },
  mgda: { combines: true, learns: 0, constants: STILL },
  cagrad: { combines: true, learns: 0, constants: { c: 0.5, ...STILL } },
  "nash-mtl": { combines: true, learns: 0, constants: STILL },
  famo: { combines: false, learns: 3, constants: { rate: 0.025, decay: 0.001, ...STILL } },
  "aligned-mtl": { combines: true, learns: 0, constants: STILL },
  log: { combines: false, learns: 0, constants: STILL },
  gls: { combines: false, learns: 0, constants: STILL },
  rlw: { combines: false, learns: 0, constants: STILL },
  dwa: { combines: false, learns: 4, constants: { temperature: 2, window: 100, ...STILL } },
  stch: { combines: false, learns: 2, constants: { mu: 1, window: 100, ...STILL } },
  fairgrad: { combines: true, learns: 0, constants: { alpha: 1, ...STILL } },
  "imtl-g": { combines: true, learns: 0, constants: STILL },
  config: { combines: true, learns: 0, constants: STILL },
  upgrad: { combines: true, learns: 0, constants: STILL },
  excess: { combines: true, learns: 2, keepsGradients: true, constants: { rate: 0.01, ...STILL } },
  "db-mtl": { combines: true, learns: 1, keepsGradients: true, constants: { decay: 0.9, sigma: 0, ...STILL } },
};

/** A run's method, and those of its constants that are not its defaults. */
export interface MethodChoice {
  readonly method: MethodName;
  readonly constants?: MethodConstants;
}

export function combinesGradients({ method }: Pick<MethodChoice, "method">): boolean {
  return TRAITS[method].combines;
}

/** Numbers that it keeps of each parameter for K tasks. */
export function keptGradients({ method }: Pick<MethodChoice, "method">, K: number): number {
  return TRAITS[method].keepsGradients ? K : 0;
}

export function hasConstant(method: MethodName, name: ConstantName): boolean {
  return name in TRAITS[method].constants;
}

export function constantsOf({ method, constants = {} }: MethodChoice): MethodConstants {
  return { ...TRAITS[method].constants, ...constants };
}

/** Those and, for formulas that do not have the others, a 0 for each. */
export function allConstants(choice: MethodChoice): Readonly<Record<ConstantName, number>> {
  return { ...NONE, ...constantsOf(choice) };
}

const NONE = Object.fromEntries(CONSTANT_NAMES.map((name) => [name, 0])) as Record<ConstantName, number>;

/** Numbers that a run's method keeps of each task; with a momentum two more, the weight and whether there is one yet. */
export function learnedNumbers(choice: MethodChoice): number {
  return TRAITS[choice.method].learns + (constantsOf(choice).momentum ? 2 : 0);
}
