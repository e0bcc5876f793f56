import { expect, test } from "vitest";
import { localTime } from "../../src/units.ts";

test("localTime(iso) gives day, month and minute by the reader's clock", () => {
  expect(localTime(new Date(2026, 10, 6, 8, 2, 59).toISOString())).toBe("6 Nov 08:02");
  expect(localTime(new Date(2026, 4, 26, 13, 6).toISOString())).toBe("26 May 13:06");
});
