/** The seed of all random choices: CONTRACT_SEED to repeat a run, otherwise another one each time. */
export function readSeed(): number {
  const given = Number(process.env.CONTRACT_SEED || Number.NaN);
  return Number.isInteger(given) ? given : Math.floor(Math.random() * 1_000_000);
}
