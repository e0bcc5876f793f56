// The example that docs/your-data.md begins with: 90 runs with early stopping.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";

const trimmed = (text: string) => text.replaceAll(/ +$/gm, "");

test("docs/your-data.md shows what its five commands print, one after the other", async () => {
  const folder = temporaryFolder();
  cpSync("examples/penguins.csv", join(folder, "penguins.csv"));
  const [block = ""] = /^```\n\$ mmoe .*?^```$/ms.exec(readFileSync("docs/your-data.md", "utf8")) ?? [];
  const calls = block
    .replaceAll(/^```\n?/gm, "")
    .split(/^\$ mmoe /m)
    .slice(1);
  expect(calls).toHaveLength(5);
  for (const call of calls) {
    const [command = "", ...lines] = call.trimEnd().split("\n");
    const words = command
      .split(" ")
      .map((word) => (/^results\/|\.csv$|\.yaml$/.test(word) ? join(folder, word) : word));
    const { code, stdout } = await runMain(words);
    expect(code).toBe(0);
    const printed = trimmed(stdout.replaceAll(`${folder}/`, ""));
    for (const part of lines.join("\n").split(/^\.\.\.$/m)) expect(printed).toContain(trimmed(part.trim()));
  }
});
