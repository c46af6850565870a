import { reactive } from "vue";
import type { Category } from "@/domain/category";
import type { CheckIn, CheckInPage } from "@/domain/contract";
import { sentenceFor } from "@/state/problem";
import type { Call } from "@/transport/http";

const PAGE_PEOPLE = 50;
/** What a box gives at once; a longer list is read from its beginning again. */
const MOST_PEOPLE = 200;

/** What people said last, as far as it was asked for. */
export class People {
  readonly state = reactive({
    items: [] as CheckIn[],
    /** Where "load older" goes on; null when the oldest is here. */
    older: null as string | null,
    loaded: false,
    problem: "",
    category: null as Category | null,
    words: "",
  });
  private asked = 0;

  constructor(private readonly call: Call) {}

  /** Shows those of a category, or all. */
  async show(category: Category | null): Promise<void> {
    this.state.category = category;
    await this.anew();
  }

  /** Shows those who have these words in name, place or text. */
  async find(words: string): Promise<void> {
    this.state.words = words.trim();
    await this.anew();
  }

  /** Reads again what is shown, and what came since. */
  async refresh(): Promise<void> {
    const limit = Math.min(MOST_PEOPLE, Math.max(PAGE_PEOPLE, this.state.items.length));
    await this.read(limit, null);
  }

  /** Reads on after the oldest that is shown. */
  async loadOlder(): Promise<void> {
    if (this.state.older !== null) await this.read(PAGE_PEOPLE, this.state.older);
  }

  private async anew(): Promise<void> {
    this.state.items = [];
    this.state.older = null;
    this.state.loaded = false;
    await this.read(PAGE_PEOPLE, null);
  }

  private async read(limit: number, before: string | null): Promise<void> {
    const asked = ++this.asked;
    try {
      const page = await this.call<CheckInPage>(`/people?${this.query(limit, before)}`);
      if (asked !== this.asked) return;
      this.state.items = before === null ? page.items : [...this.state.items, ...page.items];
      this.state.older = page.next;
      this.state.loaded = true;
      this.state.problem = "";
    } catch (error) {
      if (asked === this.asked) this.state.problem = sentenceFor(error);
    }
  }

  private query(limit: number, before: string | null): string {
    const { category, words } = this.state;
    const query = new URLSearchParams({ limit: String(limit) });
    if (category !== null) query.set("category", category);
    if (words !== "") query.set("q", words);
    if (before !== null) query.set("before", before);
    return query.toString();
  }
}
