import { scaleLinear, scaleLog } from "d3-scale";

/** One axis of a panel: maps values to points, and has ticks. */
export interface Scale {
  readonly type: "linear" | "log";
  readonly domain: readonly [low: number, high: number];
  /** Ends on the page in points: those of the domain's low and high. */
  readonly range: readonly [number, number];
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly value: number;
  /** Empty for a tick between labelled ones. */
  readonly label: string;
}

interface ScaleOptions {
  readonly range: readonly [number, number];
  /** About how many ticks have a label. */
  readonly count?: number;
  readonly label?: (value: number) => string;
  /** No tick beyond this value: room for something else. */
  readonly most?: number;
  /** Widens the domain to the next tick; on for a scale of losses, off for one of steps. */
  readonly nice?: boolean;
}

export function linearScale(low: number, high: number, options: ScaleOptions): Scale {
  const { range, count = 5, nice = false, most = Number.POSITIVE_INFINITY } = options;
  const scale = scaleLinear([low, high], [...range]);
  if (nice) scale.nice(count);
  const values = scale.ticks(count).filter((value) => value <= most);
  const { label = scale.tickFormat(count) } = options;
  return {
    type: "linear",
    domain: scale.domain() as [number, number],
    range,
    at: scale,
    ticks: values.map((value) => ({ value, label: signed(label(value)) })),
  };
}

/** Low and high must be above 0. Labels are at 1, 2 and 5; at powers of ten if they are far apart, as on a linear scale if near. */
export function logScale(low: number, high: number, { range, label = shortNumber }: ScaleOptions): Scale {
  const scale = scaleLog([low, high], [...range]);
  const near = high / low < NEAR;
  const values = near ? scaleLinear([low, high], [...range]).ticks(5) : scale.ticks();
  const digits = Math.log10(high / low) > 2.5 ? [1] : [1, 2, 5];
  const labelled = (value: number) => near || digits.includes(mantissa(value));
  return {
    type: "log",
    domain: [low, high],
    range,
    at: scale,
    ticks: values.map((value) => ({ value, label: labelled(value) ? signed(label(value)) : "" })),
  };
}

/** Between ends with a smaller ratio there may be only one of 1, 2 and 5. */
const NEAR = 5;

/** 2.5 of 0.025. */
function mantissa(value: number): number {
  return Number(value.toExponential(6).split("e")[0]);
}

/** 0.05, 1, 1000: a number with as few digits as possible. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A true minus sign. */
export function signed(label: string): string {
  return label.replace(/^-/, "−");
}
