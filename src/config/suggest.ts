import { closest, distance } from "fastest-levenshtein";

/** `; did you mean 'X'?` for the known word that is nearest to `word`, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = meantBy(word, known);
  return meant === undefined ? "" : `; did you mean '${meant}'?`;
}

/** The known word that is nearest to `word`, if one is near. */
export function meantBy(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(word.toLowerCase(), [...known]);
  return isNear(word.toLowerCase(), nearest) ? nearest : undefined;
}

/** A letter apart, or a few if most letters are the same: `x` is not near `lr`, nor `nope` near `name`, nor `gpu` near `cpu`. */
function isNear(word: string, known: string): boolean {
  if (known.length <= 3 && word[0] !== known[0]) return false;
  const letters = new Set(known.toLowerCase());
  const alike = [...word].filter((letter) => letters.has(letter)).length;
  const apart = distance(word, known);
  return apart <= Math.max(2, Math.floor(known.length / 3)) && (apart === 1 || 2 * alike > word.length);
}
