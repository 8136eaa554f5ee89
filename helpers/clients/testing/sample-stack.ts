/** What `GET /api/instances/{slug}` answers (Grafana Cloud API, "Stacks"), by its documented fields. */
export const INSTANCE = {
  id: 1461503,
  slug: 'games',
  status: 'active',
  regionSlug: 'prod-eu-west-0',
  hmInstancePromId: 2847239,
  hmInstancePromUrl: 'https://prometheus-prod-01-eu-west-0.grafana.net',
  hlInstanceId: 1419296,
  hlInstanceUrl: 'https://logs-prod-eu-west-0.grafana.net',
  htInstanceId: 1413606,
  htInstanceUrl: 'https://tempo-prod-01-eu-west-0.grafana.net',
};
