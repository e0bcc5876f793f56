/** A word as a POSIX shell reads it back, in quotes only if it needs them. */
export function shellQuoted(word: string): string {
  return /^[\w./,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
