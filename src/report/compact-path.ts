type Place = readonly [x: number, y: number];

/** How far, in points, a drawn line may be from the true one: a quarter of a pixel of a page. */
const TOLERANCE = 0.2;

/**
 * A path of straight pieces with fewer corners, in steps of a tenth of a point: `M1,2L3,4L5,6` becomes `M1 2l4 4`. A path
 * of anything else stays as it is.
 */
export function compactPath(d: string): string {
  if (!/^(M[-\d.]+[, ][-\d.]+(L[-\d.]+[, ][-\d.]+)*Z?)+$/.test(d)) return d;
  return (d.match(/M[^M]*/g) as string[]).map(compactLine).join("");
}

function compactLine(line: string): string {
  const numbers = (line.match(/-?[\d.]+/g) as string[]).map(Number);
  const places = Array.from(
    { length: numbers.length / 2 },
    (_, i): Place => [at(numbers, 2 * i), at(numbers, 2 * i + 1)],
  );
  const tenths = simplified(places).map(([x, y]): Place => [Math.round(10 * x), Math.round(10 * y)]);
  const [x, y] = tenths[0];
  const steps = tenths.slice(1).map((to, i): Place => {
    const from = tenths[i];
    return [to[0] - from[0], to[1] - from[1]];
  });
  const moved = steps.filter(([dx, dy], i) => dx !== 0 || dy !== 0 || i === 0);
  const course = joinedNumbers(moved.flat());
  return `M${joinedNumbers([x, y])}${course === "0 0" ? "h0" : course && `l${course}`}${line.endsWith("Z") ? "Z" : ""}`;
}

function at(numbers: readonly number[], i: number): number {
  return numbers[i];
}

/** Tenths, with a sign or a space between them. */
function joinedNumbers(tenths: readonly number[]): string {
  const texts = tenths.map((value) => String(value / 10).replace(/^(-?)0\./, "$1."));
  return texts.map((text, i) => (i === 0 || text.startsWith("-") ? text : ` ${text}`)).join("");
}

/** The corners of a line that are needed to stay within `TOLERANCE` of it (Douglas and Peucker, 1973). */
function simplified(places: readonly Place[]): Place[] {
  const kept = new Set([0, places.length - 1]);
  const open: [number, number][] = [[0, places.length - 1]];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [first, last] = part;
    let [farthest, most] = [-1, TOLERANCE];
    for (let i = first + 1; i < last; i++) {
      const far = distance(places[i], places[first], places[last]);
      if (far > most) [farthest, most] = [i, far];
    }
    if (farthest < 0) continue;
    kept.add(farthest);
    open.push([first, farthest], [farthest, last]);
  }
  return places.filter((_, i) => kept.has(i));
}

/** Of a place from the piece of line between two others. */
function distance([x, y]: Place, [ax, ay]: Place, [bx, by]: Place): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
