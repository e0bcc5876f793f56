import { expect, test } from "vitest";
import { PLAIN, paintFor, verdictText } from "../../../src/cli/text/paint.ts";

const out = (isTTY: boolean) => ({ isTTY, write: () => {} });

test.each([
  ["a pipe", false, {}],
  ["NO_COLOR", true, { NO_COLOR: "1" }],
  ["a terminal without any", true, { TERM: "dumb" }],
])("paintFor(output, env) has no colours for %s", (_, isTTY, env) => {
  expect(paintFor(out(isTTY), env)("good", "holds")).toBe("holds");
});

test("verdictText(paint, verdict) knows good and bad verdicts, and leaves other words as they are", () => {
  const paint = paintFor(out(true), {});
  expect(verdictText(paint, "does not hold")).toContain("\u001b[31m");
  expect(verdictText(paint, "training")).toContain("\u001b[32m");
  expect(verdictText(paint, "ended")).toBe("ended");
  expect(verdictText(PLAIN, "worse", "worse  ")).toBe("worse  ");
});
