/** The name of a metric on validation rows: `validationAuc/1` of `auc/1`. */
export function validationName(name: string): string {
  return `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
