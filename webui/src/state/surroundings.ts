import { reactive } from "vue";
import type { NodeStatus, Peer } from "@/domain/contract";
import type { Call } from "@/transport/http";
import { UnreachableError } from "@/transport/http";

/** With the silence before it, short enough to say within 5 s that the box is gone. */
const PROBE_WITHIN_MS = 2000;

/** What the box tells of itself and of the boxes it is linked with. */
export class Surroundings {
  readonly state = reactive({
    boxName: "",
    nearby: new Map<string, Peer>(),
    /** What the box's clock is ahead of this phone's; messages are dated by boxes. */
    aheadMs: 0,
  });
  private last: NodeStatus | null = null;

  constructor(private readonly call: Call) {}

  /** Reads which boxes are linked now. */
  async loadPeers(): Promise<void> {
    const linked = (await this.call<Peer[]>("/peers")).filter(
      (peer) => peer.connected_since_ms !== null,
    );
    this.state.nearby = new Map(linked.map((peer) => [peer.id, peer]));
  }

  /** Takes in that a box came or went. */
  peer(peer: Peer, joined: boolean): void {
    if (joined) this.state.nearby.set(peer.id, peer);
    else this.state.nearby.delete(peer.id);
  }

  /** Takes in the box's status; returns whether it is the same run of the same box. */
  note(status: NodeStatus): boolean {
    const { last } = this;
    this.last = status;
    this.state.boxName = status.node.name;
    this.state.aheadMs = status.clock.wall_ms - Date.now();
    return !last || (last.node.id === status.node.id && last.node.uptime_s <= status.node.uptime_s);
  }

  /**
   * Asks the box for a sign of life; false when there is none.
   *
   * Also false when another box answers at this address, or the box has started anew: its
   * sockets are gone and it may never say so.
   */
  async probe(): Promise<boolean> {
    try {
      return this.note(await this.call<NodeStatus>("/status", { withinMs: PROBE_WITHIN_MS }));
    } catch (error) {
      return !(error instanceof UnreachableError);
    }
  }
}
