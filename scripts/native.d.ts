export const SOURCES: readonly string[];
export function compile(
  compiler: readonly string[],
  arch: string,
  to: string,
  options?: { readonly flags?: readonly string[]; readonly link?: readonly string[] },
): Promise<void>;
