import type { MessageState } from "@/domain/contract";

/** How far a person's own message has come, in the order it can happen. */
export type Progress =
  | { step: "page" }
  | { step: "phone" }
  | { step: "box" }
  | { step: "boxes"; boxes: number }
  | { step: "rejected"; detail: string };

/** Returns the further of two states: news that arrives out of order never takes a step back. */
export function further(known: MessageState, news: MessageState): MessageState {
  const stored = known.stored || news.stored;
  const boxes = Math.max(known.boxes, news.boxes);
  return stored === known.stored && boxes === known.boxes ? known : { stored, boxes };
}

/** Returns what to say of a message that a box has answered for. */
export function progressOnBoxes(state: MessageState): Progress {
  return state.boxes > 1 ? { step: "boxes", boxes: state.boxes } : { step: "box" };
}
