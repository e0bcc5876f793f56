import { closest, distance } from "fastest-levenshtein";

/** What people call a word of ours, in small letters without marks between, and that word. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["batchsize", "batch"],
  ["minibatch", "batch"],
  ["clip", "clipNorm"],
  ["corr", "correlations"],
  ["corrs", "correlations"],
  ["correlation", "correlations"],
  ["dropoutrate", "dropout"],
  ["eps", "epsilon"],
  ["epoch", "steps"],
  ["epochs", "steps"],
  ["gamma", "decayFactor"],
  ["gpu", "cuda"],
  ["gradclip", "clipNorm"],
  ["init", "initializer"],
  ["iterations", "steps"],
  ["learningrate", "lr"],
  ["lrschedule", "schedule"],
  ["maxgradnorm", "clipNorm"],
  ["maxnorm", "clipNorm"],
  ["meansquarederror", "squared"],
  ["model", "models"],
  ["mse", "squared"],
  ["nvidia", "cuda"],
  ["optim", "optimizer"],
  ["repeats", "runs"],
  ["rows", "trainRows"],
  ["scheduler", "schedule"],
  ["stepsize", "decaySteps"],
  ["test", "heldout"],
  ["testrows", "heldoutRows"],
  ["val", "heldout"],
  ["validation", "heldout"],
  ["warmupsteps", "warmup"],
  ["wd", "weightDecay"],
]);

/** What must be known of such a word that the one it stands for does not say. */
const REMARKS: ReadonlyMap<string, string> = new Map([
  ["epoch", " A step is one batch of rows."],
  ["epochs", " A step is one batch of rows."],
]);

/** `; did you mean 'X'?` for the known word that `word` stands for or is nearest to, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = meantBy(word, known);
  return meant === undefined ? "" : `; did you mean '${meant}'?${REMARKS.get(word) ?? ""}`;
}

/** The known word that `word` stands for or, if it is near, the nearest one. */
export function meantBy(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const other = OTHER_NAMES.get(word.toLowerCase().replaceAll(/[^a-z]/g, ""));
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
