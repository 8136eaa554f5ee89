/** A component of Alloy's configuration, or one of its settings, and where that is written. */
export type Place = {
  /** The ID of the component: `otelcol.auth.basic.grafana_cloud`. */
  readonly component: string;
  /** The name of the setting, without the blocks around it. */
  readonly setting?: string;
  /** The file and line, where the configuration could be read; those of the component for a setting that it does not have. */
  readonly file?: string;
  readonly line?: number;
  /** What is written there: `sys.env("GRAFANA_CLOUD_OTLP_ENDPOINT")`. */
  readonly expression?: string;
  /** The variables of the environment that are read there. */
  readonly variables?: readonly string[];
  /** The components that are named there. */
  readonly references?: readonly string[];
  /** What Alloy has evaluated it to; absent for a secret. */
  readonly value?: string;
  /** What the value has in it that is there by mistake: `ends with a blank: leave it out`. */
  readonly flaw?: string;
  /** A variable that is read there by a name that is none, and the one that is meant. */
  readonly misspelt?: { readonly name: string; readonly meant: string };
};

/** `username of otelcol.auth.basic.grafana_cloud (grafana-alloy/config.alloy:41)`. */
export function describePlace(place: Place): string {
  const { component, setting } = place;
  return `${setting === undefined ? '' : `${setting} of `}${component}${describeLine(place)}`;
}

/** ` (grafana-alloy/config.alloy:41)`; empty where it is not known. */
export function describeLine({ file, line }: Pick<Place, 'file' | 'line'>): string {
  return file === undefined || line === undefined ? '' : ` (${file}:${line})`;
}

/** The variable that a setting is, whole; undefined where the configuration adds something to it, or has a text. */
export function getWholeVariable({ expression = '', variables = [] }: Place): string | undefined {
  const [variable, ...others] = variables;
  if (variable === undefined || others.length > 0) return undefined;
  return /^(?:sys\.)?env\("[^"]*"\)$/.test(expression) ? variable : undefined;
}

/** Whether the configuration makes something else of the variables that a setting reads: it adds to them, or takes from them. */
export function isChanged({ expression = '' }: Place): boolean {
  const withoutTexts = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  return /\+|\b(?!coalesce\b|env\b)\w+\(/.test(withoutTexts);
}

/** What to correct: the name of a variable, the variable that the setting is, or the setting. */
export function nameCorrection(place: Place): string {
  const { setting, component, misspelt } = place;
  if (misspelt !== undefined)
    return `the name of ${misspelt.meant}, which is read as ${misspelt.name}${describeWhere(place)}`;
  return `${getWholeVariable(place) ?? `${setting ?? component}${describeWhere(place)}`}${describeFlaw(place)}`;
}

/** `, which ends with a blank: leave it out` */
export function describeFlaw({ flaw }: Place): string {
  return flaw === undefined ? '' : `, which ${flaw}`;
}

/** ` at grafana-alloy/config.alloy:41`, else the component. */
export function describeWhere({ file, line, component }: Place): string {
  return file === undefined || line === undefined ? ` in ${component}` : ` at ${file}:${line}`;
}
