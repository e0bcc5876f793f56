/** A word as a shell takes it back. */
export function shellQuoted(word: string): string {
  return /^[\w./,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command that trains what the results in `folder` lack. */
export function goOn(folder: string): string {
  return `mmoe sweep ${shellQuoted(`${folder}/config.yaml`)} --out ${shellQuoted(folder)}`;
}
