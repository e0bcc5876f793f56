// Parts of a drawing that lie one below the other.

import type { Drawing } from "./figure.ts";
import { modelLegend } from "./legend.ts";
import { heading } from "./loss-axis.ts";
import type { CurvePanel, Panels, PanelsOptions } from "./step-panels.ts";
import type { SeriesStyle } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import type { Theme } from "./theme.ts";

/** A part of a drawing: what it draws from `top` on, and where it ends. */
export type Part = (top: number) => { readonly nodes: readonly SvgNode[]; readonly bottom: number };

export function stacked(parts: readonly Part[]): Drawing {
  let height = 0;
  const nodes = parts.flatMap((part) => {
    const { nodes, bottom } = part(height);
    height = bottom;
    return nodes;
  });
  return { nodes, height };
}

export function headingPart(words: string, theme: Theme, gap: number): Part {
  return (top) => {
    const { nodes, height } = heading(words, { y: top + gap, theme });
    return { nodes, bottom: top + gap + height };
  };
}

/** The key of some models once more, for panels that are far from the first. */
export function keyPart(models: ReadonlySet<string>, styles: ReadonlyMap<string, SeriesStyle>, theme: Theme): Part {
  const own = new Map([...styles].filter(([model]) => models.has(model)));
  return (top) => {
    const key = modelLegend(own, { y: top + 9, theme });
    return { nodes: [key.node], bottom: top + key.height + 4 };
  };
}

/** Most panels side by side. */
export function panelColumns(panels: readonly CurvePanel[]): number {
  return Math.min(3, panels.length);
}

export function modelsIn(panels: readonly CurvePanel[]): Set<string> {
  return new Set(panels.flatMap(({ curves }) => curves.map(({ attributes }) => String(attributes["data-model"]))));
}

interface GroupOptions {
  /** Of all models. */
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  readonly theme: Theme;
  /** Whether no other panels of the same steps are below it. */
  readonly last: boolean;
  /** Models that have the paper's markers. */
  readonly paper?: readonly string[];
}

/** The key of a group of models, and its panels. */
export function groupPart(
  group: readonly CurvePanel[],
  { styles, theme, last, paper = [] }: GroupOptions,
  draw: (panels: readonly CurvePanel[], place: PanelsOptions) => Panels,
): Part {
  const models = modelsIn(group);
  const own = new Map([...styles].filter(([model]) => models.has(model)));
  return (top) => {
    const key = modelLegend(own, { y: top + 9, theme, paper });
    const place = { theme, columns: panelColumns(group), top: top + key.height + 4, height: 88, foot: last };
    const { nodes, bottom } = draw(group, place);
    return { nodes: [key.node, ...nodes], bottom: bottom + (last ? 0 : 4) };
  };
}
