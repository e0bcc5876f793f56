import { realpathSync } from "node:fs";
import { findBinding } from "../../cuda/binding.ts";
import { modulesAround } from "./code/child-rights.ts";

/** What TensorFlow's binding is loaded from: its folder, the packages around it, and what `mmoe cuda setup` made. */
export function tensorflowFolders(): string[] {
  const binding = findBinding(process.env);
  if (binding === undefined) return [];
  const { folder, home } = binding;
  const real = realpathSync(folder);
  return [folder, real, modulesAround(real) || real, ...(home === undefined ? [] : [home, realpathSync(home)])];
}
