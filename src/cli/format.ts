/** A table with a header, columns padded to their widest cell; a column without letters below its header stands right. */
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

/** 1234567 as 1,234,567. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** A duration for people: 4.2 s, 3:07 min, 5:12 h. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)} h`;
}

/** Bytes for people: 12 MB. */
export function megabytes(bytes: number): string {
  return `${grouped(Math.ceil(bytes / 1e6))} MB`;
}

/** Words in lines of at most `width`, where no word is longer; all lines but the first begin with `indent` spaces. */
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
