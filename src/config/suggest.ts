import { closest, distance } from "fastest-levenshtein";

/** `; did you mean 'X'?` for the known word nearest to `word`, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const nearest = closest(word.toLowerCase(), [...known]);
  const near = distance(word.toLowerCase(), nearest) <= Math.max(2, Math.floor(nearest.length / 3));
  return near ? `; did you mean '${nearest}'?` : "";
}
