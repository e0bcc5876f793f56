const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 }); // made once: toLocaleString makes one each time

/** 1234567 as 1,234,567. */
export function thousands(value: number): string {
  return WHOLE.format(value);
}

/** `1 gap`, `1,200 gaps`. */
export function numberOf(count: number, what: string): string {
  return `${thousands(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** A share in percent: halves are halves, also where 100 times a binary fraction lies below (.575 gives 57.5). */
export function percentOf(share: number): number {
  return Number((100 * share).toPrecision(12));
}

/** The number of a model's parameters; a dash for 0, where a model in code does not say. */
export function parametersText(count: number, dash = "-"): string {
  return count === 0 ? dash : thousands(count);
}

/** Bytes for people: 12 MB. */
export function megabytes(bytes: number): string {
  return `${thousands(Math.ceil(bytes / 1e6))} MB`;
}

/** A duration for people: 4.2 s, 3:07 min, 5:12 h. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)} h`;
}

/** The time of an ISO text by the clock of the reader: `26 Nov 08:22`. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  const month = time.toLocaleString("en-GB", { month: "short" });
  return `${time.getDate()} ${month} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
