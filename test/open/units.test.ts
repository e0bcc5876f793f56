import { expect, test } from "vitest";
import { localTime, percentOf } from "../../src/units.ts";

test("localTime(iso) gives day, month and minute by the reader's clock", () => {
  expect(localTime(new Date(2026, 10, 6, 8, 2, 59).toISOString())).toBe("6 Nov 08:02");
  expect(localTime(new Date(2026, 4, 26, 13, 6).toISOString())).toBe("26 May 13:06");
});

test("percentOf(share) rounds halves as fractions do, not as binary ones", () => {
  const wrong = [8, 40, 120, 200].flatMap((n) =>
    Array.from({ length: n + 1 }, (_, i) => [i, n] as const).filter(
      ([i, n]) => percentOf(i / n).toFixed(0) !== String(Math.floor((200 * i + n) / (2 * n))),
    ),
  );
  expect(wrong).toEqual([]);
  expect([0.675, 0.725, 0.575, -0.575].map((share) => percentOf(share).toFixed(0))).toEqual(["68", "73", "58", "-58"]);
});
