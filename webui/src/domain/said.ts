import type { Category } from "@/domain/category";

/** What a person says in one message. */
export interface Said {
  readonly text: string;
  readonly category: Category | null;
  readonly place: string | null;
}
