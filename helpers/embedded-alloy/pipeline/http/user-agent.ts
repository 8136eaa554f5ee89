/** Who this is, in every request that it sends: so that no server's log mistakes it for a real Alloy. */
export const USER_AGENT = `alloy-verify-embedded/0.1.0 (${process.platform}; embedded engine, not Grafana Alloy)`;
