import { later } from "@/later-words";

/** Returns a length of time in words, to the second. */
export function spanWords(totalS: number): string {
  const [minutes, seconds] = [Math.floor(totalS / 60), totalS % 60];
  return minutes > 0
    ? later("time.minutes", { minutes, seconds })
    : later("time.seconds", { seconds });
}
