/** A table with a header; columns are as wide as their widest cell, those without letters in the body right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const [header = [], ...body] = rows;
  const columns = header.map((_, c) => ({
    width: Math.max(...rows.map((row) => cell(row, c).length)),
    right: body.every((row) => !/[a-z]/i.test(cell(row, c))),
  }));
  const line = (row: readonly string[]) =>
    columns
      .map(({ width, right }, c) => (right ? cell(row, c).padStart(width) : cell(row, c).padEnd(width)))
      .join("  ");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}

function cell(row: readonly string[], column: number): string {
  return row[column] ?? "";
}

/** Words in lines of at most `width`, unless a word is longer; all lines but the first begin with `indent` spaces. */
export function wrapped(text: string, width: number, indent = 0): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) as string;
    if (line === "") lines[lines.length - 1] = word;
    else if (indent + line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}
