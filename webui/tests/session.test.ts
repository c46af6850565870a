import { describe, expect, it } from "vitest";
import { Carry } from "@/state/carry";
import { Session } from "@/state/session";
import { RefusedError, UnreachableError } from "@/transport/http";
import type { Storage } from "@/transport/storage";
import { FakeApi, keepingStorage } from "./fakes";

const node = (id: string) => ({ id, public_key: id, name: id });
const ana = {
  id: "a",
  person: "a",
  public_key: "a",
  name: "Ana",
  fingerprint: "a1",
  custodial: true,
};

function sessionOf(storage: Storage, api: FakeApi): Session {
  return new Session(storage, api.call, new Carry(storage));
}

describe("the session", () => {
  it("knows a person by the kept token where no cookie is kept", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "secret");
    const api = new FakeApi({
      "GET /auth/me": ({ token }) => ({ user: token === "secret" ? ana : null, node: node("gym") }),
    });
    const session = sessionOf(storage, api);
    await session.identify();
    expect(session.state.user).toEqual(ana);
    expect(session.token()).toBe("secret");
  });

  it("never shows one box's secret to another box", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "secret");
    const api = new FakeApi({ "GET /auth/me": () => ({ user: null, node: node("school") }) });
    const session = sessionOf(storage, api);
    await session.identify();
    expect(session.state.asked).toBe(true);
    expect(api.asked.map(({ request }) => request.token)).toEqual([null]);
    expect(session.token()).toBeNull();
  });

  it("introduces a person at the next box under the name given before", async () => {
    let at = "gym";
    const api = new FakeApi({
      "GET /auth/me": () => ({ user: null, node: node(at) }),
      "POST /auth/init": ({ body }) => ({
        user: { ...ana, name: (body as { name: string }).name },
        node: node(at),
        token: `token of ${at}`,
      }),
    });
    const session = sessionOf(keepingStorage(), api);
    expect(await session.identify()).toBe(false);
    expect(session.state.user).toBeNull();
    await session.introduce("Ana");
    at = "school";
    expect(await session.identify()).toBe(true);
    expect(session.state.user?.name).toBe("Ana");
    expect(session.token()).toBe("token of school");
  });

  it("goes by the cookie when it is of somebody who came after the token", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "old");
    storage.set("dn.user.gym", "a");
    const ben = { ...ana, id: "b", person: "b", name: "Ben" };
    const api = new FakeApi({ "GET /auth/me": () => ({ user: ben, node: node("gym") }) });
    const session = sessionOf(storage, api);
    await session.identify();
    expect(session.state.user).toEqual(ben);
    expect(session.token()).toBeNull();
    expect(storage.get("dn.name")).toBe("Ben");
  });

  it("keeps the token when the cookie is of the same person", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "secret");
    storage.set("dn.user.gym", "a");
    const api = new FakeApi({ "GET /auth/me": () => ({ user: ana, node: node("gym") }) });
    const session = sessionOf(storage, api);
    await session.identify();
    expect(session.token()).toBe("secret");
  });

  it("renames the same person, also where no cookie is kept", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "secret");
    const api = new FakeApi({
      "GET /auth/me": ({ token }) => ({ user: token ? ana : null, node: node("gym") }),
      "POST /auth/init": ({ body }) => ({
        user: { ...ana, ...(body as object) },
        node: node("gym"),
        token: "secret",
      }),
    });
    const session = sessionOf(storage, api);
    await session.identify();
    await session.introduce("Anabel");
    expect(session.state.user).toEqual({ ...ana, name: "Anabel" });
    // Without a token of its own in the request, the present session's goes along.
    expect(api.asked.at(-1)?.request).not.toHaveProperty("token");
  });

  it("makes one person when two introductions are asked for at once", async () => {
    const api = new FakeApi({
      "GET /auth/me": () => ({ user: null, node: node("gym") }),
      "POST /auth/init": async () => {
        await Promise.resolve();
        return { user: ana, node: node("gym"), token: "t" };
      },
    });
    const storage = keepingStorage();
    storage.set("dn.name", "Ana");
    const session = sessionOf(storage, api);
    await Promise.all([session.identify(), session.introduce("Ana"), session.introduce("Ana")]);
    const made = api.asked.filter(({ path, request }) => {
      return path === "/auth/init" && request.token === null;
    });
    expect(made).toHaveLength(1);
  });

  it("can be asked again after a call that failed", async () => {
    const api = new FakeApi({
      "GET /auth/me": () => {
        throw new UnreachableError("away");
      },
      "POST /auth/init": () => ({ user: ana, node: node("gym"), token: "t" }),
    });
    const session = sessionOf(keepingStorage(), api);
    await expect(session.identify()).rejects.toThrow("away");
    await session.introduce("Ana");
    expect(session.state.user).toEqual(ana);
  });

  it("speaks as the person whose words were entered, with a key of its own", async () => {
    const storage = keepingStorage();
    storage.set("dn.carry", "of somebody else");
    const api = new FakeApi({
      "POST /auth/handover/redeem": () => ({ user: ana, node: node("gym"), token: "given" }),
    });
    const session = sessionOf(storage, api);
    await session.redeem("a b c d");
    expect(api.asked[0]?.request.body).toEqual({ words: "a b c d" });
    expect(session.token()).toBe("given");
    expect(storage.get("dn.token.gym")).toBe("given");
    expect(storage.get("dn.carry")).toBeNull();
  });

  it("asks for the name of who acted before saying one, also on the next page", async () => {
    const storage = keepingStorage();
    const api = new FakeApi({
      "GET /auth/me": () => ({ user: null, node: node("gym") }),
      "POST /auth/init": () => {
        throw new UnreachableError("away");
      },
    });
    const session = sessionOf(storage, api);
    await expect(session.introduceInHaste("Somebody", true)).rejects.toThrow("away");
    expect(session.state.nameless).toBe(true);
    api.answers["POST /auth/init"] = ({ body }) => ({
      user: { ...ana, ...(body as object) },
      node: node("gym"),
      token: "t",
    });
    const next = sessionOf(storage, api);
    await next.identify();
    expect(next.state).toMatchObject({ nameless: true, user: { name: "Somebody" } });
    await next.introduce("Ana");
    expect(next.state).toMatchObject({ nameless: false, user: { name: "Ana" } });
    expect(sessionOf(storage, api).state.nameless).toBe(false);
  });

  it("asks again for a name that the next box refuses", async () => {
    const storage = keepingStorage();
    storage.set("dn.name", "\u202e");
    const api = new FakeApi({
      "GET /auth/me": () => ({ user: null, node: node("gym") }),
      "POST /auth/init": () => {
        throw new RefusedError(400, "invalid", "Type a name.");
      },
    });
    const session = sessionOf(storage, api);
    await session.identify();
    expect(session.state).toMatchObject({ user: null, asked: true });
    expect(storage.get("dn.name")).toBeNull();
  });

  it("starts anew when the box has forgotten the token", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "stale");
    const api = new FakeApi({
      "GET /auth/me": ({ token }) => {
        if (token === "stale") throw new RefusedError(401, "no-identity", "Say your name first.");
        return { user: null, node: node("gym") };
      },
    });
    const session = sessionOf(storage, api);
    await session.identify();
    expect(session.state).toMatchObject({ user: null, asked: true });
  });
});
