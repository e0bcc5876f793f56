import type { Step } from "../../cuda/steps.ts";
import { megabytes } from "../../units.ts";
import { wrapped } from "./table.ts";

/** Text under the help of the commands that look for TensorFlow's binding. */
export const CUDA_SETTINGS = `
TensorFlow's binding is loaded from the first of these places that has it, and
from no other, such as the working folder:
  $MMOE_TFJS_NODE_GPU  folder of a built @tensorflow/tfjs-node-gpu of your own
  mmoe's installation  the same package, installed with mmoe and built
  $MMOE_CUDA_HOME      what mmoe cuda setup made (default: mmoe/cuda in the
                       user's data folder); a folder of yours or of root's
                       that nobody else may write to
`;

const WIDTH = 80;
const INDENT = 10;

/** What a step downloads and from which kind of registry; if `named`, also each package with its version. */
export function downloadText({ wanted, locked, downloadBytes = 0 }: Step, named: boolean): string[] {
  if (locked === undefined) return [];
  const { registry, packages } = locked;
  const line = `${"download".padEnd(INDENT)}${wanted}: about ${megabytes(downloadBytes)} from ${registry}`;
  if (!named || packages.length === 1) return [line];
  const indent = " ".repeat(INDENT);
  return [
    line,
    ...wrapped(packages.join(", "), WIDTH - INDENT)
      .split("\n")
      .map((part) => indent + part),
  ];
}
