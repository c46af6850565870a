import { RefusedError } from "@/transport/http";
import { t } from "@/words";

/** Returns the sentence that tells a person why something did not work. */
export function sentenceFor(error: unknown): string {
  return error instanceof RefusedError ? error.detail : t("problem.unreachable");
}
