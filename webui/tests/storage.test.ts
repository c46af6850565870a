import { expect, it } from "vitest";
import { computed } from "vue";
import { safeStorage } from "@/transport/storage";
import { KeepingBackend } from "./fakes";

const refuse = () => {
  throw new Error("SecurityError");
};

it("storage that cannot be opened still remembers for this page, and says so", () => {
  const storage = safeStorage(refuse);
  expect(storage.set("dn.a", "1")).toBe(false);
  expect(storage.get("dn.a")).toBe("1");
  expect(storage.names("dn.")).toEqual(["dn.a"]);
  storage.remove("dn.a");
  expect(storage.get("dn.a")).toBeNull();
  expect(storage.durable).toBe(false);
});

it("storage that fills up later keeps the rest in memory", () => {
  const backend = new KeepingBackend();
  const storage = safeStorage(() => backend);
  expect(storage.set("dn.a", "1")).toBe(true);
  expect(storage.durable).toBe(true);
  backend.setItem = refuse;
  expect(storage.set("dn.b", "2")).toBe(false);
  expect(storage.get("dn.b")).toBe("2");
  expect(storage.names("dn.")).toEqual(["dn.a", "dn.b"]);
  expect(storage.durable).toBe(false);
});

it("pages notice when storage stops keeping", () => {
  const backend = new KeepingBackend();
  const storage = safeStorage(() => backend);
  const said = computed(() => storage.durable);
  expect(said.value).toBe(true);
  backend.setItem = refuse;
  storage.set("dn.a", "1");
  expect(said.value).toBe(false);
});

it("a value that could not be replaced is not read back old", () => {
  const backend = new KeepingBackend();
  const storage = safeStorage(() => backend);
  storage.set("dn.a", "old");
  backend.setItem = refuse;
  storage.set("dn.a", "new");
  expect(storage.get("dn.a")).toBe("new");
});

it("what storage keeps is there for the next page", () => {
  const backend = new KeepingBackend();
  safeStorage(() => backend).set("dn.a", "1");
  expect(safeStorage(() => backend).get("dn.a")).toBe("1");
});
