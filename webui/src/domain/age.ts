const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export type Age = { unit: "now" } | { unit: "minutes" | "hours" | "days"; count: number };

/** Returns how long ago a time was; a time ahead of `nowMs` counts as now. */
export function ageOf(timeMs: number, nowMs: number): Age {
  const ms = nowMs - timeMs;
  if (ms < MINUTE_MS) return { unit: "now" };
  if (ms < HOUR_MS) return { unit: "minutes", count: Math.floor(ms / MINUTE_MS) };
  if (ms < DAY_MS) return { unit: "hours", count: Math.floor(ms / HOUR_MS) };
  return { unit: "days", count: Math.floor(ms / DAY_MS) };
}
