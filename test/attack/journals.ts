import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";
import { madeFolder, unheld } from "./inputs.ts";

const READERS = [
  ["status"],
  ["summary"],
  ["summary", "--json"],
  ["claims"],
  ["merge"],
  ["report"],
  ["status", "--json"],
];

export const journals: Fault = {
  name: "journals",
  about: "a journal with bytes, lines and values changed, checksums right or wrong: never a bug or a NaN",
  share: 25,
  attempt(random) {
    const folder = join(temporaryFolder(), "results");
    cpSync(madeFolder(), folder, { recursive: true });
    const file = join(folder, "journal", "made.jsonl");
    const [change, text] = oneOf([flipped, cut, reordered, retyped], random)(readFileSync(file, "utf8"), random);
    writeFileSync(file, text);
    const [command = "", ...options] = oneOf(READERS, random);
    return unheld([command, folder, ...options], `${command} ${options.join(" ")}, journal ${change}`);
  },
};

type Change = (text: string, random: () => number) => [what: string, text: string];

const flipped: Change = (text, random) => {
  const bytes = Buffer.from(text);
  const at = wholeBetween(0, bytes.length, random);
  bytes[at] = wholeBetween(0, 256, random);
  return [`byte ${at} is ${bytes[at]}`, bytes.toString("latin1")];
};

const cut: Change = (text, random) => {
  const at = wholeBetween(0, text.length, random);
  return random() < 0.5 ? [`ends at ${at}`, text.slice(0, at)] : [`begins at ${at}`, text.slice(at)];
};

const reordered: Change = (text, random) => {
  const lines = text.split("\n");
  const [from, to] = [wholeBetween(0, lines.length, random), wholeBetween(0, lines.length, random)];
  return [`line ${from} also at ${to}`, lines.toSpliced(to, 0, lines[from] as string).join("\n")];
};

const VALUES = [null, "x", -1, 0.5, true, [], {}, [null], "", 1e9, [[1]], { a: 1 }];

/** A value of another type in a line whose checksum is right. */
const retyped: Change = (text, random) => {
  const lines = text.split("\n");
  const at = wholeBetween(1, lines.length - 1, random);
  const { crc: _, ...record } = JSON.parse(lines[at] as string);
  const key = oneOf(Object.keys(record), random);
  const value = oneOf(VALUES, random);
  const inCurve = key === "curve" && random() < 0.8;
  const place = inCurve ? oneOf(["steps", "train", "heldout"], random) : key;
  const other = inCurve ? { ...record, curve: { ...record.curve, [place]: value } } : { ...record, [key]: value };
  const plain = JSON.stringify(other).slice(0, -1);
  const check = crc32(Buffer.from(plain)).toString(16).padStart(8, "0");
  lines[at] = `${plain},"crc":"${check}"}`;
  return [`line ${at}: ${place} is ${JSON.stringify(value)}`, lines.join("\n")];
};
