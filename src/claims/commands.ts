import { groupBy } from "../stats/group-by.ts";
import type { Claim } from "./claim.ts";

/** A command that trains what some claims lack. */
export interface CoveringCommand {
  /** Of the claims. */
  readonly ids: readonly string[];
  readonly command: readonly string[];
}

/** Each command that trains what claims lack, once. */
export function coveringCommands(claims: readonly Claim[]): CoveringCommand[] {
  const lacking = claims.flatMap(({ id, command }) => (command === null ? [] : { id, command }));
  return [...groupBy(lacking, ({ command }) => command.join("\0")).values()].map((some) => {
    return { ids: some.map(({ id }) => id), command: some.flatMap(({ command }, i) => (i === 0 ? command : [])) };
  });
}
