/** Why something fails and what to do about it, in one sentence each. */
export type Finding = { readonly cause: string; readonly fix: string };
