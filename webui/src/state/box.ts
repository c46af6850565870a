import { reactive } from "vue";
import type { Frame, Message } from "@/domain/contract";
import { newClientId } from "@/domain/ids";
import { EVERYONE } from "@/domain/rooms";
import type { Said } from "@/domain/said";
import type { Person } from "@/state/person";
import { Carry } from "@/state/carry";
import { Outbox, type Unsent } from "@/state/outbox";
import { Rooms } from "@/state/rooms";
import { Session } from "@/state/session";
import { Surroundings } from "@/state/surroundings";
import { Timers } from "@/state/timers";
import { Timelines } from "@/state/timelines";
import { type Call, httpCaller, RefusedError, UnreachableError } from "@/transport/http";
import { type Contact, Live, type LivePorts } from "@/transport/live";
import type { Storage } from "@/transport/storage";

/** What is busy or full is asked again after this. */
const RETRY_AFTER_MS = 3000;
/** A pause shorter than this (a box that restarts, a phone that roams) is not worth a banner. */
const LOST_AFTER_MS = 1000;
/** A page hidden this long may hold a socket that died unseen. */
const STALE_AFTER_MS = 20_000;
const READ_AFTER_MS = 500;

export type BoxPorts = Pick<LivePorts, "open" | "visible"> & { storage: Storage };

/** The box this page talks to: everything the pages show, kept in step with it. */
export class Box {
  readonly state = reactive({
    contact: "connecting" as Contact,
    openRoom: null as string | null,
    /** The newest message by somebody else that arrived in the open room. */
    arrived: null as Message | null,
    /** Messages with a category that came since the page was opened. */
    checkIns: 0,
  });
  readonly storage: Storage;
  readonly session: Session;
  readonly rooms: Rooms;
  readonly timelines: Timelines;
  readonly surroundings: Surroundings;
  readonly outbox: Outbox;
  private readonly carry: Carry;
  readonly call: Call;
  private readonly live: Live;
  private readonly timers = new Timers<"lost" | "sync" | "flush" | "read">();
  private personNow: Person | null = null;
  private heldBack: Message[] = [];
  private hiddenSinceMs: number | null = null;

  constructor(private readonly ports: BoxPorts) {
    this.call = httpCaller(() => this.session.token());
    this.storage = ports.storage;
    this.carry = new Carry(ports.storage);
    this.session = new Session(ports.storage, this.call, this.carry);
    this.rooms = new Rooms(this.call);
    this.timelines = new Timelines(this.call);
    this.surroundings = new Surroundings(this.call);
    this.outbox = new Outbox({
      storage: ports.storage,
      newClientId,
      post: (unsent) => this.post(unsent),
      sent: (message) => this.timelines.add(message),
      delayed: (error) => this.delayed(error),
    });
    this.live = new Live(
      {
        ...ports,
        probe: () => this.surroundings.probe(),
        after: (delayMs, work) => {
          const timer = setTimeout(work, delayMs);
          return () => clearTimeout(timer);
        },
        random: Math.random,
      },
      {
        contact: (contact, sudden) => this.contact(contact, sudden),
        frame: (frame) => this.take(frame),
        otherStore: () => this.timelines.forget(),
      },
    );
  }

  /** Makes contact. */
  start(): void {
    this.live.start();
  }

  /** Looks after the connection now: the page is looked at, or the network changed. */
  wake(): void {
    const hiddenMs = this.hiddenSinceMs === null ? 0 : performance.now() - this.hiddenSinceMs;
    this.hiddenSinceMs = null;
    if (hiddenMs > STALE_AFTER_MS) this.live.start();
    else this.live.wake();
    this.readSoon();
  }

  /** Notes that nobody looks. */
  sleep(): void {
    this.hiddenSinceMs = performance.now();
  }

  /** Gives the person a name on this box and goes on to the rooms. */
  async introduce(name: string): Promise<void> {
    await this.session.introduce(name);
    await this.sync();
  }

  /**
   * Tells everybody how the person is; without a name yet, under one to change later.
   *
   * What is said is kept first and sent when the box takes it, also when this rejects.
   */
  async checkIn(said: Said, name: string, ask: boolean): Promise<void> {
    const waits = this.outbox.unsent.some(({ category }) => category === said.category);
    if (!waits) this.outbox.add(EVERYONE, said);
    await this.session.introduceInHaste(name, ask);
    await this.sync();
  }

  /** Gives the person another name. */
  async rename(name: string): Promise<void> {
    await this.session.introduce(name);
    await this.loadOpenRoom().catch(() => this.syncLater());
  }

  /** Speaks from now on as the person whose words these are. */
  async redeem(words: string): Promise<void> {
    await this.session.redeem(words);
    await this.sync();
  }

  /** Returns whether a message is of this person, whatever box it was written at. */
  isMine({ author }: Message): boolean {
    const { user } = this.session.state;
    return !!user && (author.id === user.id || author.person === user.person);
  }

  /** Shows a room, or none. */
  async open(roomId: string | null): Promise<void> {
    this.state.openRoom = roomId;
    if (roomId === null) return;
    this.timelines.of(roomId);
    if (this.session.state.user) await this.loadOpenRoom().catch(() => this.syncLater());
  }

  /** Keeps a message of the person and sends it as soon as the box takes it. */
  write(roomId: string, said: Said): void {
    this.outbox.add(roomId, said);
    void this.flush();
  }

  /** Sends a rejected message again. */
  retry(unsent: Unsent): void {
    this.outbox.retry(unsent);
    void this.flush();
  }

  private post({ roomId, text, category, place, clientId }: Unsent): Promise<Message> {
    const body = {
      text,
      client_id: clientId,
      ...(category === null ? {} : { category }),
      ...(place === null ? {} : { place }),
    };
    return this.call<Message>(`/rooms/${roomId}/messages`, { method: "POST", body });
  }

  private contact(contact: Contact, sudden: boolean): void {
    if (contact === "live") {
      this.timers.cancel("lost");
      this.state.contact = "live";
      void this.sync();
    } else if (contact === "lost" && !this.timers.waits("lost")) {
      this.timers.set("lost", sudden ? LOST_AFTER_MS : 0, () => (this.state.contact = "lost"));
    }
  }

  private async sync(): Promise<void> {
    this.timers.cancel("sync");
    try {
      if (await this.session.identify()) this.timelines.forget();
      const { user } = this.session.state;
      if (!user) return;
      // Said before anything is posted, a proof makes the first message here the person's own.
      const said = this.goOn();
      if (this.carry.owes(user.id)) await said;
      await Promise.all([this.rooms.load(), this.surroundings.loadPeers(), this.loadOpenRoom()]);
      await this.flush();
    } catch (error) {
      if (error instanceof UnreachableError) this.live.wake();
      this.syncLater();
    }
  }

  /** Returns what keeps the person one; loaded when it is first asked for. */
  async person(): Promise<Person> {
    const { Person } = await import("@/state/person");
    this.personNow ??= new Person(this.session, this.carry, {
      call: this.call,
      reachable: () => this.state.contact === "live" && this.ports.visible(),
      changed: () => this.loadOpenRoom().catch(() => this.syncLater()),
    });
    return this.personNow;
  }

  private async goOn(): Promise<void> {
    // Without the key the person still reads and writes; it is loaded at the next contact.
    const person = await this.person().catch(() => null);
    await person?.contact();
  }

  private syncLater(): void {
    this.timers.set("sync", RETRY_AFTER_MS, () => void this.sync());
  }

  private async loadOpenRoom(): Promise<void> {
    const { openRoom } = this.state;
    if (openRoom === null) return;
    await this.timelines.load(openRoom);
    this.readSoon();
  }

  private async flush(): Promise<void> {
    if (!this.session.state.user) return;
    await this.outbox.flush();
    for (const message of this.heldBack.splice(0)) this.accept(message);
  }

  private delayed(error: unknown): void {
    if (error instanceof UnreachableError) this.live.wake();
    if (error instanceof RefusedError && error.unknownHere) this.syncLater();
    else this.timers.set("flush", RETRY_AFTER_MS, () => void this.flush());
  }

  private take(frame: Frame): void {
    if (frame.type === "state") this.timelines.advance(frame.id, frame.state);
    else if (frame.type === "room") this.rooms.loadSoon();
    else if (frame.type === "status") this.surroundings.note(frame.status);
    else if (frame.type === "message") this.takeMessage(frame.message);
    else this.surroundings.peer(frame.peer, frame.type === "peer.joined");
  }

  private takeMessage(message: Message): void {
    const mine = message.author.id === this.session.state.user?.id;
    // The frame of a message on its way comes before its answer: shown now, it would stand twice.
    if (mine && this.outbox.sending) this.heldBack.push(message);
    else this.accept(message);
  }

  private accept(message: Message): void {
    const isNew = this.timelines.add(message);
    if (message.category !== null) this.state.checkIns += 1;
    if (message.room_id !== this.state.openRoom) return this.rooms.loadSoon();
    if (isNew && !this.isMine(message)) this.state.arrived = message;
    this.readSoon();
  }

  private readSoon(): void {
    if (this.timers.waits("read")) return;
    this.timers.set("read", READ_AFTER_MS, () => {
      const { openRoom } = this.state;
      const room = openRoom === null ? undefined : this.timelines.rooms.get(openRoom);
      const cursor = this.live.lastCursor ?? room?.messages[room.messages.length - 1]?.cursor;
      if (openRoom === null || !cursor || !this.session.state.user) return;
      if (!this.ports.visible()) return this.rooms.loadSoon();
      this.rooms.markRead(openRoom, cursor).catch(() => this.rooms.loadSoon());
    });
  }
}
