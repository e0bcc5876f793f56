/**
 * A run with a higher final loss counts as being in a bad minimum, by default: this is between the lowest cluster of
 * the paper's Figure 5 (to .07 or so) and the next (from .2 on), and an edge of its bins.
 */
export const BAD_LOSS = 5 / 30;
