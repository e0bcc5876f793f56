/** Words as in a sentence: `a, b and c`. */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB").format(words);
}

/** Control characters, halves of characters, and signs that begin lines or turn the order of a text. Tab and line feed are no such. */
const UNPRINTABLE = /(?![\t\n])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/** A text that changes nothing of a terminal, and that every reader of XML takes: `\u001b` in the place of an escape. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Whether a text can be a name: on one line, and without what {@link printable} replaces. */
export function isName(text: string): boolean {
  return !/[\t\n]/.test(text) && printable(text) === text;
}

/** A word as a POSIX shell reads it back, in quotes only if it needs them. */
export function shellQuoted(word: string): string {
  return /^[\w./,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const LATEX_SIGNS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "×": "$\\times$",
  "−": "$-$",
  µ: "$\\mu$",
  "–": "--",
  "<": "$<$",
  ">": "$>$",
  "|": "$|$",
};

/** Text whose signs mean nothing to LaTeX. */
export function latexText(text: string): string {
  return text.replaceAll(/[\\~^±×−µ–<>|]|[&%$#_{}]/g, (sign) => LATEX_SIGNS[sign] ?? `\\${sign}`);
}

/** The name of a metric on validation rows: `validationAuc/1` of `auc/1`. */
export function validationName(name: string): string {
  return `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** What a metric in the user's code is called in records, as no other number is; the number of a task follows. */
export function ownMetricName(name: string): string {
  return `${name}_`;
}
