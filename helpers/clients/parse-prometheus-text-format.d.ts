declare module 'parse-prometheus-text-format' {
  type Family = {
    name: string;
    help: string;
    type: string;
    metrics: { value?: string; labels?: Record<string, string>; timestamp_ms?: string }[];
  };
  // biome-ignore lint/style/noDefaultExport: it is what the package has
  export default function parse(page: string): Family[];
}
