import type { Message } from "@/domain/contract";
import type { Said } from "@/domain/said";
import type { Call, Request } from "@/transport/http";
import { safeStorage } from "@/transport/storage";

/** Returns a message with an id and an order of its own. */
export function message(id: string, over: Partial<Message> = {}): Message {
  const author = { id: "a1", person: "a1", name: "Ana", fingerprint: "a1b2", via: null };
  return {
    id,
    cursor: `c-${id}`,
    room_id: "r1",
    author,
    text: id,
    category: null,
    place: null,
    urgent: false,
    sort_ms: 0,
    time_certain: true,
    state: { stored: true, boxes: 1 },
    ...over,
  };
}

/** Returns what a person says who says nothing but a text. */
export function said(text: string): Said {
  return { text, category: null, place: null };
}

/** Storage of a browser that keeps things, as a plain map. */
export class KeepingBackend {
  readonly kept = new Map<string, string>();
  get length(): number {
    return this.kept.size;
  }
  key(at: number): string | null {
    return [...this.kept.keys()][at] ?? null;
  }
  getItem(name: string): string | null {
    return this.kept.get(name) ?? null;
  }
  setItem(name: string, text: string): void {
    this.kept.set(name, text);
  }
  removeItem(name: string): void {
    this.kept.delete(name);
  }
}

/** Returns storage over a backend that keeps. */
export function keepingStorage(backend = new KeepingBackend()) {
  return safeStorage(() => backend);
}

export interface Asked {
  path: string;
  request: Request;
}

/** A box's API by hand: `answers` maps "METHOD path" to what it gives or throws. */
export class FakeApi {
  readonly asked: Asked[] = [];
  constructor(readonly answers: Record<string, (request: Request) => unknown>) {}

  readonly call: Call = async <T>(path: string, request: Request = {}) => {
    this.asked.push({ path, request });
    const answer = this.answers[`${request.method ?? "GET"} ${path}`];
    if (!answer) throw new Error(`nobody answers ${path}`);
    return (await answer(request)) as T;
  };
}
