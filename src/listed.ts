const LIST = new Intl.ListFormat("en-GB");

/** Words as in a sentence: `a, b and c`. */
export function listed(words: readonly string[]): string {
  return LIST.format(words);
}
