import { normalCdf } from "../stats/normal.ts";
import { columnSums } from "./matrix.ts";
import type { FirstLayer, Network } from "./network.ts";
import type { Quantities } from "./quantities.ts";
import type { Tape, Units } from "./tape.ts";

/** A unit that is on for a smaller share of rows is dead. */
export const DEAD = 1 / 1000;

type Layers = Pick<Network, "first" | "deeperUnits" | "towerUnits">;

/** How often each ReLU unit is on, [units] for each layer. */
interface UnitShares {
  /** The experts' first layers, which read the rows, then their others; none of linear layers. */
  readonly experts: readonly Float64Array[];
  readonly towers: readonly Float64Array[];
}

export function unitShares(tape: Tape, { first, deeperUnits, towerUnits }: Layers): UnitShares {
  const reading = first
    .filter(({ expert, isRelu }) => expert !== undefined && isRelu)
    .map((layer) => sharesOfNormalRows(tape, layer));
  return { experts: [...reading, ...deeperUnits.map(sharesOfRows)], towers: towerUnits.map(sharesOfRows) };
}

/** How often ReLU units are on. */
export function unitQuantities(tape: Tape, layers: Layers): Quantities {
  const shares = unitShares(tape, layers);
  const experts = shares.experts.flatMap((layer) => [...layer]);
  const towers = shares.towers.flatMap((layer) => [...layer]);
  return {
    ...(experts.length > 0 && {
      deadUnits: deadShare(experts),
      activeUnits: experts.reduce((sum, share) => sum + share, 0) / experts.length,
    }),
    ...(towers.length > 0 && { deadTowerUnits: deadShare(towers) }),
  };
}

function deadShare(shares: readonly number[]): number {
  return shares.filter((share) => share < DEAD).length / shares.length;
}

/** How often each unit of a layer is on that reads standard normal rows: w.x + b is normal with mean b, variance |w|². */
function sharesOfNormalRows(tape: Tape, { kernel, bias, units: { width } }: FirstLayer): Float64Array {
  const squares = columnSums(
    tape.value(kernel).map((weight) => weight * weight),
    width,
  );
  return squares.map((square, u) => {
    const mean = bias ? tape.value(bias)[u] : 0;
    return square > 0 ? normalCdf(mean / Math.sqrt(square)) : Number(mean > 0);
  });
}

/** The share of the rows that turn each unit on. */
function sharesOfRows({ values, width }: Units): Float64Array {
  const on = columnSums(
    values.map((value) => Number(value > 0)),
    width,
  );
  return on.map((rows) => (rows * width) / values.length);
}
