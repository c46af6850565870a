import { describe, expect, it } from "vitest";
import { newClientId } from "@/domain/ids";
import { Outbox, type Unsent } from "@/state/outbox";
import { RefusedError, UnreachableError } from "@/transport/http";
import { KeepingBackend, keepingStorage, message, said } from "./fakes";

/** A box that may be away, may lose an answer, and knows a client id again. */
class FakeBox {
  away = false;
  loseAnswers = 0;
  refuse: RefusedError | null = null;
  readonly stored = new Map<string, string>();
  readonly sent: string[] = [];
  readonly delays: unknown[] = [];

  outbox(backend = new KeepingBackend()): Outbox {
    return new Outbox({
      storage: keepingStorage(backend),
      newClientId,
      post: (unsent) => this.post(unsent),
      sent: ({ text }) => this.sent.push(text),
      delayed: (error) => this.delays.push(error),
    });
  }

  private async post({ clientId, text, roomId }: Unsent) {
    await Promise.resolve();
    if (this.away) throw new UnreachableError("away");
    if (this.refuse && text.startsWith("bad")) throw this.refuse;
    this.stored.set(clientId, text);
    if (this.loseAnswers-- > 0) throw new UnreachableError("answer lost");
    return message(clientId, { text, room_id: roomId });
  }
}

describe("the outbox", () => {
  it("sends what was written while the box was away, once, in order", async () => {
    const box = new FakeBox();
    const outbox = box.outbox();
    box.away = true;
    for (const text of ["1", "2", "3"]) outbox.add("r1", said(text));
    await outbox.flush();
    expect(outbox.unsent.map(({ text }) => text)).toEqual(["1", "2", "3"]);
    box.away = false;
    await Promise.all([outbox.flush(), outbox.flush()]);
    await outbox.flush();
    expect(box.sent).toEqual(["1", "2", "3"]);
    expect(outbox.unsent).toEqual([]);
  });

  it("repeats a message whose answer was lost under the same id", async () => {
    const box = new FakeBox();
    const outbox = box.outbox();
    box.loseAnswers = 2;
    outbox.add("r1", said("hello"));
    for (let round = 0; round < 3; round += 1) await outbox.flush();
    expect([...box.stored.values()]).toEqual(["hello"]);
    expect(box.sent).toEqual(["hello"]);
    expect(box.delays).toHaveLength(2);
  });

  it("is still there, in order and under the same ids, on the next page", async () => {
    const box = new FakeBox();
    const backend = new KeepingBackend();
    const before = box.outbox(backend);
    for (let n = 1; n <= 12; n += 1) before.add("r1", said(String(n)));
    const after = box.outbox(backend);
    expect(after.unsent.map(({ clientId }) => clientId)).toEqual(
      before.unsent.map(({ clientId }) => clientId),
    );
    after.add("r1", said("13"));
    await after.flush();
    expect(box.sent).toEqual(Array.from({ length: 13 }, (_, at) => String(at + 1)));
    expect(box.outbox(backend).unsent).toEqual([]);
  });

  it("says why the box rejects a message and sends the others", async () => {
    const box = new FakeBox();
    const backend = new KeepingBackend();
    const outbox = box.outbox(backend);
    box.refuse = new RefusedError(413, "too-large", "That is too long.");
    for (const text of ["bad", "good"]) outbox.add("r1", said(text));
    await outbox.flush();
    expect(box.sent).toEqual(["good"]);
    expect(outbox.unsent[0]?.rejected).toBe("That is too long.");
    expect(box.outbox(backend).unsent[0]?.rejected).toBe("That is too long.");
    box.refuse = null;
    outbox.retry(outbox.unsent[0]!);
    await outbox.flush();
    expect(box.sent).toEqual(["good", "bad"]);
  });

  it.each([401, 429, 500, 503, 507])("waits when the box answers %i", async (status) => {
    const box = new FakeBox();
    const outbox = box.outbox();
    box.refuse = new RefusedError(status, "later", "Try again.");
    for (const text of ["bad", "good"]) outbox.add("r1", said(text));
    await outbox.flush();
    expect(box.sent).toEqual([]);
    expect(outbox.unsent.map(({ rejected }) => rejected)).toEqual([null, null]);
  });

  it("keeps what a message is about and where, over the next page and a refusal", async () => {
    const box = new FakeBox();
    const backend = new KeepingBackend();
    box.refuse = new RefusedError(413, "too-large", "That is too long.");
    const outbox = box.outbox(backend);
    outbox.add("r1", { text: "bad", category: "help", place: "Mill" });
    await outbox.flush();
    const [kept] = box.outbox(backend).unsent;
    expect(kept).toMatchObject({ category: "help", place: "Mill", rejected: "That is too long." });
  });

  it.each([
    ["of an older page", {}],
    ["of a later page", { category: "flood", place: null }],
  ])("sends what was kept by a version %s", async (_what, more) => {
    const backend = new KeepingBackend();
    const kept = { clientId: "c1", roomId: "r1", text: "old", rejected: null, ...more };
    backend.setItem("dn.outbox.000000000001.c1", JSON.stringify(kept));
    const box = new FakeBox();
    const outbox = box.outbox(backend);
    expect(outbox.unsent[0]).toMatchObject({ text: "old", category: null, place: null });
    await outbox.flush();
    expect(box.sent).toEqual(["old"]);
  });

  it("passes over kept text that is damaged", () => {
    const backend = new KeepingBackend();
    backend.setItem("dn.outbox.000000000001.x", "{");
    backend.setItem("dn.outbox.000000000002.y", "null");
    expect(new FakeBox().outbox(backend).unsent).toEqual([]);
  });

  it("says when a message lives on this page only", () => {
    const backend = new KeepingBackend();
    const outbox = new FakeBox().outbox(backend);
    outbox.add("r1", said("kept"));
    backend.setItem = () => {
      throw new Error("QuotaExceededError");
    };
    outbox.add("r1", said("here only"));
    expect(outbox.unsent.map(({ durable }) => durable)).toEqual([true, false]);
  });
});
