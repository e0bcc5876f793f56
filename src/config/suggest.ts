import { closest, distance } from "fastest-levenshtein";

/** What people call words of ours, in small letters without marks between. */
const OTHER_NAMES = {
  batch: ["batchsize", "minibatch"],
  clipNorm: ["clip", "gradclip", "maxgradnorm", "maxnorm"],
  correlations: ["corr", "corrs", "correlation"],
  cuda: ["gpu", "nvidia"],
  decayFactor: ["gamma"],
  decaySteps: ["stepsize"],
  dropout: ["dropoutrate"],
  epsilon: ["eps"],
  heldout: ["test", "val", "validation"],
  heldoutRows: ["testrows"],
  initializer: ["init"],
  lr: ["learningrate"],
  models: ["model"],
  optimizer: ["optim"],
  runs: ["repeats"],
  schedule: ["lrschedule", "scheduler"],
  squared: ["meansquarederror", "mse"],
  steps: ["epoch", "epochs", "iterations"],
  trainRows: ["rows"],
  warmup: ["warmupsteps"],
  weightDecay: ["wd"],
};

/** The key of `names` whose list has `word`. */
export function standsFor(word: string, names: Readonly<Record<string, readonly string[]>>): string | undefined {
  return Object.keys(names).find((ours) => names[ours]?.includes(word));
}

/** What the word for epochs does not say. */
const OF_STEPS = " A step is one batch of rows.";

/** `; did you mean 'X'?` for the known word that `word` stands for or is nearest to, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = meantBy(word, known);
  return meant === undefined ? "" : `; did you mean '${meant}'?${/^epochs?$/.test(word) ? OF_STEPS : ""}`;
}

/** The known word that `word` stands for or, if it is near, the nearest one. */
export function meantBy(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const other = standsFor(word.toLowerCase().replaceAll(/[^a-z]/g, ""), OTHER_NAMES);
  if (other !== undefined && known.includes(other)) return other;
  const nearest = closest(word.toLowerCase(), [...known]);
  return isNear(word.toLowerCase(), nearest) ? nearest : undefined;
}

/** A letter apart, or a few if most letters are the same: `x` is not near `lr`, nor `nope` near `name`. */
function isNear(word: string, known: string): boolean {
  const letters = new Set(known.toLowerCase());
  const alike = [...word].filter((letter) => letters.has(letter)).length;
  const apart = distance(word, known);
  return apart <= Math.max(2, Math.floor(known.length / 3)) && (apart === 1 || 2 * alike > word.length);
}
