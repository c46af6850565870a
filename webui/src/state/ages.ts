import { ageOf } from "@/domain/age";
import { t } from "@/words";

/** Returns how long ago a time was, in words. */
export function ageWords(timeMs: number, nowMs: number): string {
  const since = ageOf(timeMs, nowMs);
  return since.unit === "now" ? t("age.now") : t(`age.${since.unit}`, { count: since.count });
}
