// Dates and times as logs and people write them, where only one reading is possible.

const MONTHS = "january february march april may june july august september october november december".split(" ");

/** Hours, minutes, seconds, whether it is before noon, and a zone: `Z`, `UTC`, `+02`, `GMT+0200`. */
const CLOCK =
  /[T\s,]\s*(\d\d?):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?\s*(?:([ap])\.?m\b\.?)?\s*(?:Z|(?:UTC|GMT)?\s*(?:([+-])(\d\d):?([0-5]\d)?)?)(?=\s|$)/i;

const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+/i;

/** The year first, in digits; or the month by its name. 01/05/2026 is the first of May to some, and the fifth of January to others. */
const DAYS = [
  /^(?<year>[+-]?\d{4,6})([-/.])(?<month>\d\d?)(?:\2(?<day>\d\d?))?$/,
  /^(?<day>\d\d?)(?:st|nd|rd|th)?[\s-]+(?<month>[a-z]{3,})\.?,?[\s-]+(?<year>\d{4})$/i,
  /^(?<month>[a-z]{3,})\.?[\s-]+(?<day>\d\d?)(?:st|nd|rd|th)?,?[\s-]+(?<year>\d{4})$/i,
];

/** Milliseconds since 1970 of a date, in UTC unless it names a zone; NaN for anything else. */
export function momentIn(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== "string") return Number.NaN;
  const text = value.replace(/\(.*\)\s*$/, "");
  const day = text.replace(CLOCK, " ").replace(/\s(?:Z|UTC|GMT)\s*$/i, "");
  return dayIn(day.trim().replace(WEEKDAY, "")) + clockIn(CLOCK.exec(text));
}

function dayIn(text: string): number {
  const found = DAYS.map((pattern) => pattern.exec(text)?.groups).find((groups) => groups !== undefined);
  if (found === undefined) return Number.NaN;
  const { year, month = "", day = "1" } = found;
  const at = Number.isNaN(Number(month))
    ? MONTHS.findIndex((name) => name.startsWith(month.toLowerCase()))
    : Number(month) - 1;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), at, Number(day));
  return date.getUTCMonth() === at ? date.getTime() : Number.NaN; // there is no 30 February
}

/** Milliseconds since midnight in UTC. */
function clockIn(found: RegExpExecArray | null): number {
  if (found === null) return 0;
  const [, hours, minutes, seconds = "0", noon, sign, zoneHours = "0", zoneMinutes = "0"] = found;
  const [least, most] = noon === undefined ? [0, 23] : [1, 12];
  if (Number(hours) < least || Number(hours) > most) return Number.NaN;
  const hour = noon === undefined ? Number(hours) : (Number(hours) % 12) + (noon.toLowerCase() === "p" ? 12 : 0);
  const zone = (60 * Number(zoneHours) + Number(zoneMinutes)) * (sign === "-" ? -1 : 1);
  return 60_000 * (60 * hour + Number(minutes) - zone) + 1000 * Number(seconds.replace(",", "."));
}
