import { addUp } from './readings.ts';
import { createRule, type Rule } from './rule.ts';
import { otlpEndpointUnreachable, otlpExportRefused, otlpLoginRefused, otlpPathNotFound } from './rules/otlp-export.ts';

const nothingAccepted = createRule('nothing accepted over OTLP', (symptoms) => {
  const { alloyAnswers, run } = symptoms;
  if (!alloyAnswers || addUp(symptoms, /^otelcol_receiver_accepted_/) > 0) return undefined;
  return { grpc: run.alloy.otlpGrpc, http: run.alloy.otlpHttp };
});

const nothingExported = createRule('nothing exported over OTLP', (symptoms) =>
  addUp(symptoms, /^otelcol_receiver_accepted_/) > 0 && addUp(symptoms, /^otelcol_exporter_(sent|send_failed)_/) === 0
    ? {}
    : undefined,
);

/** Why Alloy can't deliver what it received over OTLP, most specific first. */
export const OTLP_LOSS_RULES: readonly Rule[] = [
  otlpLoginRefused,
  otlpPathNotFound,
  otlpEndpointUnreachable,
  otlpExportRefused,
];
/** Where the OTLP pipeline has a gap. */
export const OTLP_GAP_RULES: readonly Rule[] = [nothingAccepted, nothingExported];
