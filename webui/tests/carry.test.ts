import { createPublicKey, verify } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { User } from "@/domain/contract";
import { prove, publicOf } from "@/domain/carry-key";
import { fromHex, toHex } from "@/domain/hex";
import { Carry } from "@/state/carry";
import { settle, waits } from "@/state/settling";
import { RefusedError, type Request, UnreachableError } from "@/transport/http";
import { FakeApi, keepingStorage } from "./fakes";

const [GYM, SCHOOL, MILL] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
];
const SEED = "0123456789abcdef".repeat(4);
/** What precedes the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const SPKI = fromHex("302a300506032b6570032100");

/** Returns whether the proof holds, in the eyes of another implementation of Ed25519. */
function holds(key: string, old: string, author: string, proof: string): boolean {
  const der = Buffer.concat([SPKI, fromHex(key)]);
  const said = Buffer.concat([
    Buffer.from("disasternet/1 carry", "ascii"),
    fromHex(old),
    fromHex(author),
  ]);
  return verify(
    null,
    said,
    createPublicKey({ key: der, format: "der", type: "spki" }),
    fromHex(proof),
  );
}

describe("a proof", () => {
  const proof = prove(SEED, GYM, SCHOOL);

  it("holds for another implementation", () => {
    expect(proof).toMatch(/^[0-9a-f]{128}$/);
    expect(holds(publicOf(SEED), GYM, SCHOOL, proof)).toBe(true);
  });

  it.each([
    ["another new author", GYM, MILL],
    ["another old author", MILL, SCHOOL],
    ["the way back", SCHOOL, GYM],
  ])("serves nobody else: %s", (_what, old, author) => {
    expect(holds(publicOf(SEED), old, author, proof)).toBe(false);
  });

  it("is of one key only", () => {
    expect(holds(publicOf("f".repeat(64)), GYM, SCHOOL, proof)).toBe(false);
  });
});

it("hexadecimal digits come back as the bytes they were", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  expect(fromHex(toHex(bytes))).toEqual(bytes);
});

const user = (id: string, person = id): User => {
  return { id, person, public_key: id, name: "Ana", fingerprint: "a1", custodial: true };
};

/** The boxes of a walk: each takes the key, and the proofs that fit it. */
class Walk {
  readonly storage = keepingStorage();
  present = user(GYM);
  published: string[] = [];
  proofs: { author: string; proof: string }[] = [];
  away = false;
  readonly api = new FakeApi({
    "POST /auth/init": (request) => this.publish(request),
    "POST /auth/carry": (request) => this.carried(request),
  });
  carry = new Carry(this.storage);

  settle() {
    return settle(this.carry, this.api.call, this.present);
  }

  /** Loads the page anew: only what storage keeps is left. */
  reload(): void {
    this.carry = new Carry(this.storage);
  }

  private publish({ body }: Request) {
    if (this.away) throw new UnreachableError("away");
    this.published.push((body as { carry_public: string }).carry_public);
    return { user: this.present, node: {}, token: "t" };
  }

  private carried({ body }: Request) {
    if (this.away) throw new UnreachableError("away");
    this.proofs.push(body as { author: string; proof: string });
    return { user: { ...this.present, person: GYM }, node: {}, token: "t", secret: null };
  }
}

describe("the carry key", () => {
  let walk: Walk;
  beforeEach(() => (walk = new Walk()));

  it("is told to the first box once, whatever is loaded anew", async () => {
    expect(await walk.settle()).toBeNull();
    walk.reload();
    await walk.settle();
    expect(walk.published).toHaveLength(1);
    expect(walk.published[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(walk.proofs).toEqual([]);
  });

  it("is the same when the first box could not be told at once", async () => {
    walk.away = true;
    await expect(walk.settle()).rejects.toBeInstanceOf(UnreachableError);
    const kept = walk.storage.get("dn.carry");
    walk.away = false;
    walk.reload();
    await walk.settle();
    expect(JSON.parse(walk.storage.get("dn.carry") ?? "").seed).toBe(JSON.parse(kept ?? "").seed);
    expect(walk.published).toEqual([publicOf(JSON.parse(kept ?? "").seed)]);
  });

  it("proves at the next boxes that they go on from the first", async () => {
    await walk.settle();
    for (const author of [SCHOOL, MILL]) {
      walk.carry.adopt(author);
      expect(walk.carry.owes(author)).toBe(true);
      walk.present = user(author);
      expect((await walk.settle())?.user.person).toBe(GYM);
      expect(walk.carry.owes(author)).toBe(false);
      expect(waits(walk.carry, user(author))).toBe(true);
      expect(waits(walk.carry, user(author, GYM))).toBe(false);
      await walk.settle();
    }
    const [key] = walk.published as [string];
    expect(walk.published).toHaveLength(1);
    expect(walk.proofs.map(({ author }) => author)).toEqual([GYM, GYM]);
    expect(holds(key, GYM, SCHOOL, walk.proofs[0]?.proof ?? "")).toBe(true);
    expect(holds(key, GYM, MILL, walk.proofs[1]?.proof ?? "")).toBe(true);
  });

  it("owes nothing for the first author, and lets nobody go on from themselves", async () => {
    await walk.settle();
    walk.carry.adopt(GYM);
    expect(walk.carry.read()?.others).toEqual([]);
    expect(waits(walk.carry, user(GYM))).toBe(false);
  });

  it("is told again on the way back when the first box was left too early", async () => {
    walk.away = true;
    await expect(walk.settle()).rejects.toBeInstanceOf(UnreachableError);
    walk.away = false;
    walk.carry.adopt(SCHOOL);
    walk.present = user(SCHOOL);
    await walk.settle();
    walk.present = user(GYM);
    await walk.settle();
    expect(holds(walk.published[0] ?? "", GYM, SCHOOL, walk.proofs[0]?.proof ?? "")).toBe(true);
  });

  it("is drawn anew for a person whom this page did not make", async () => {
    await walk.settle();
    walk.present = user(SCHOOL);
    expect(walk.carry.owes(SCHOOL)).toBe(false);
    await walk.settle();
    expect(walk.proofs).toEqual([]);
    expect(new Set(walk.published).size).toBe(2);
  });

  it("is drawn anew when what was kept is damaged", async () => {
    for (const damaged of ["{", "null", '{"seed":"x"}', `{"seed":"${SEED}","author":"${GYM}"}`]) {
      walk.storage.set("dn.carry", damaged);
      await walk.settle();
    }
    expect(new Set(walk.published).size).toBe(4);
  });

  it("is tried again after a refusal", async () => {
    await walk.settle();
    walk.carry.adopt(SCHOOL);
    walk.present = user(SCHOOL);
    const answer = walk.api.answers["POST /auth/carry"];
    walk.api.answers["POST /auth/carry"] = () => {
      throw new RefusedError(429, "slow-down", "Too many at once.");
    };
    await expect(walk.settle()).rejects.toBeInstanceOf(RefusedError);
    expect(walk.carry.owes(SCHOOL)).toBe(true);
    walk.api.answers["POST /auth/carry"] = answer as () => unknown;
    await walk.settle();
    expect(walk.carry.owes(SCHOOL)).toBe(false);
  });
});
