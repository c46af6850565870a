import { ref } from "vue";

/** Text kept by name; `durable` says whether it outlives the page. */
export interface Storage {
  readonly durable: boolean;
  get(name: string): string | null;
  /** Keeps the text; returns false when only this page remembers it. */
  set(name: string, text: string): boolean;
  remove(name: string): void;
  /** Returns the names that begin with `prefix`, sorted. */
  names(prefix: string): string[];
}

type Backend = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/**
 * Returns storage that never throws: pop-up browsers refuse storage, at once or later.
 *
 * What the browser refuses to keep is kept in memory instead.
 */
export function safeStorage(open: () => Backend = () => window.localStorage): Storage {
  const memory = new Map<string, string>();
  const durable = ref(true);

  function attempt<T>(work: (backend: Backend) => T, otherwise: T): T {
    try {
      return work(open());
    } catch {
      durable.value = false;
      return otherwise;
    }
  }

  function keptNames(backend: Backend): string[] {
    return Array.from({ length: backend.length }, (_, at) => backend.key(at) ?? "");
  }

  attempt((backend) => {
    backend.setItem("dn.probe", "1");
    backend.removeItem("dn.probe");
  }, undefined);

  return {
    get durable() {
      return durable.value;
    },
    get: (name) => memory.get(name) ?? attempt((backend) => backend.getItem(name), null),
    set(name, text) {
      const kept = attempt((backend) => (backend.setItem(name, text), true), false);
      if (kept) memory.delete(name);
      else memory.set(name, text);
      return kept;
    },
    remove(name) {
      memory.delete(name);
      attempt((backend) => backend.removeItem(name), undefined);
    },
    names(prefix) {
      const names = new Set([...attempt(keptNames, []), ...memory.keys()]);
      return [...names].filter((name) => name.startsWith(prefix)).sort();
    },
  };
}
