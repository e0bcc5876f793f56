const SIGNS: Readonly<Record<string, string>> = {
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
  return text.replaceAll(/[\\~^±×−µ–<>|]|[&%$#_{}]/g, (sign) => SIGNS[sign] ?? `\\${sign}`);
}
