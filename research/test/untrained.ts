// Losses before training, which docs/reproduction.md shows of each initializer: trained by the page's own command, since a step
// of 1,200 runs takes two seconds.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runMain, temporaryFolder } from "../../test/support/effects.ts";

interface Summary {
  readonly cells: readonly {
    readonly point: { readonly initializer: string };
    readonly loss: { readonly mean: { readonly value: number; readonly low: number; readonly high: number } };
  }[];
}

let summary: Promise<Summary> | undefined;

async function trained(): Promise<Summary> {
  const page = readFileSync("docs/reproduction.md", "utf8");
  const command = /^mmoe (sweep (?:.*\\\n)*.*) --out results\/start$/m.exec(page)?.[1];
  if (command === undefined) throw new RangeError("docs/reproduction.md has no command that trains results/start");
  const out = join(temporaryFolder(), "start");
  const { code, stderr } = await runMain([...command.replaceAll("\\\n", "").split(/ +/), "--out", out]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse((await runMain(["summary", out, "--loss", "heldout", "--json"])).stdout);
}

/** Mean held-out losses with their intervals, of networks with these initializers. */
export async function untrained(...initializers: readonly string[]): Promise<number[]> {
  summary ??= trained();
  const { cells } = await summary;
  return initializers.flatMap((name) => {
    const { value, low, high } = cells.find(({ point }) => point.initializer === name)?.loss.mean ?? {};
    return [value, low, high].map(Number);
  });
}
