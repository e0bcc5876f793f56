// Dates and times of logs: those of which only one reading is possible, in UTC wherever the machine is.
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { momentIn } from "../../src/tables/moments.ts";

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone ?? "";
});

const two = (n: number) => String(n).padStart(2, "0");

test("a date is read as it was written, in UTC or the zone that it names", () => {
  const zones = fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia");
  const dates = fc.date({ min: new Date("0001-01-02"), max: new Date("9999-12-30"), noInvalidDate: true });
  fc.assert(
    fc.property(dates, zones, (date, machine) => {
      process.env.TZ = machine;
      const [ms, s] = [date.getTime(), Math.floor(date.getTime() / 1000) * 1000];
      const iso = date.toISOString();
      expect(momentIn(date)).toBe(ms);
      for (const text of [iso, iso.slice(0, -1), ` ${iso.replace("T", " ").replace("Z", "+00")} `])
        expect(momentIn(text)).toBe(ms);
      for (const text of [date.toUTCString(), date.toUTCString().replace("GMT", "")]) expect(momentIn(text)).toBe(s);
      if (date.getFullYear() > 1970) expect(momentIn(date.toString())).toBe(s); // before, zones have seconds
      const day = `${date.getUTCFullYear()}`.padStart(4, "0");
      const [month, of] = [date.getUTCMonth() + 1, date.getUTCDate()];
      for (const text of [`${day}/${month}/${of}`, `${day}.${two(month)}.${two(of)}`, iso.slice(0, 10)])
        expect(momentIn(text)).toBe(Date.parse(`${iso.slice(0, 10)}T00:00:00Z`));
    }),
  );
});

test.each([
  ["2026-05", Date.UTC(2026, 4, 1)],
  ["2024-02-29", Date.UTC(2024, 1, 29)],
  ["2026-05-01T10:15", Date.UTC(2026, 4, 1, 10, 15)],
  ["2026-05-01 10:15:20.25+05:30", Date.UTC(2026, 4, 1, 4, 45, 20, 250)],
  ["2026-05-01T10:15:20,5-0330", Date.UTC(2026, 4, 1, 13, 45, 20, 500)],
  ["Wed Aug 27 13:08:45 +0000 2008", Date.UTC(2008, 7, 27, 13, 8, 45)],
  ["Fri May  1 10:15:00 2026", Date.UTC(2026, 4, 1, 10, 15)],
  ["2026-05-01 9:05 UTC", Date.UTC(2026, 4, 1, 9, 5)],
  ["+012026-05-01", Date.UTC(12026, 4, 1)],
  ["Friday,  1  May  2026 GMT", Date.UTC(2026, 4, 1)],
  ["1-May-2026", Date.UTC(2026, 4, 1)],
  ["September 3rd, 2026 12:05 am", Date.UTC(2026, 8, 3, 0, 5)],
  ["3 Sept. 2026, 12:05 p.m.", Date.UTC(2026, 8, 3, 12, 5)],
])("%s is one moment", (text, expected) => {
  process.env.TZ = "America/New_York";
  expect(momentIn(text)).toBe(expected);
});

test("times of one millisecond differ by microseconds", () => {
  const [first, second] = ["1", "2"].map((last) => momentIn(`2026-05-01T10:15:00.12345${last}Z`)) as [number, number];
  expect(second - first).toBeCloseTo(0.001, 3);
});

test.each([
  ...["01.05.2026", "01/05/2026", "13/05/2026", "01-05-2026", "5/2026", "05-01-26"], // of which month?
  ...["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-01", "2026-05-00", "31 April 2026"],
  ...["2026-05-01 24:00", "2026-05-01 10:60", "2026-05-01 10:15:60", "May 1 2026 13:00 pm", "May 1 2026 0:10 am"],
  ...["2026-05-01 10:15 CET", "10:15", "2026", "May 2026", "Mayor 1 2026", "item 3", "2026/05-01", ""],
  ...[
    "no 2026-05-01",
    "the 1 May 2026",
    "on May 1 2026",
    "1 May 20261",
    "May 1 20261",
    "2026-05-01 (a) b",
    "UTC May 1 2026",
  ],
  ...["May 1 2026 UTC x", "2026-05-01 10:15 Friday", "2026-05-0110:15"],
  ...[undefined, null, 5, true],
])("%s is none", (text) => {
  expect(momentIn(text)).toBeNaN();
});
