/** Someone's turn: waiting, running, or over. */
export interface Ticket {
  readonly target: string;
  readonly go: () => void;
  state: 'waiting' | 'running' | 'over';
}

interface Lane {
  running: number;
  readonly waiting: Ticket[];
}

/** How many runs at a time. */
export interface LaneLimits {
  /** Over all targets: only memory and descriptors ask for it, so it is high. */
  readonly total: number;
  /** To one target: a target that hangs fills its own lane and nobody else's. */
  readonly perTarget: number;
}

/**
 * Bounds concurrent runs, in total and by target. A hundred hanging probes of one target wait for each
 * other, in order of arrival; a probe of another target starts at once.
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that have room and somebody waiting, while the total is used up; in order of arrival. */
  readonly #held = new Set<Lane>();
  #running = 0;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  /** Calls `go` as soon as there is room: within this call if there is. Every ticket must be left. */
  enter(target: string, go: () => void): Ticket {
    const ticket: Ticket = { target, go, state: 'waiting' };
    let lane = this.#lanes.get(target);
    if (lane === undefined) this.#lanes.set(target, (lane = { running: 0, waiting: [] }));
    lane.waiting.push(ticket);
    this.#advance(lane);
    return ticket;
  }

  /** The run is over, or no longer wanted. Twice does nothing. */
  leave(ticket: Ticket): void {
    const lane = this.#lanes.get(ticket.target);
    const before = ticket.state;
    ticket.state = 'over';
    if (lane === undefined || before === 'over') return;
    if (before === 'waiting') lane.waiting.splice(lane.waiting.indexOf(ticket), 1);
    else {
      lane.running--;
      this.#running--;
    }
    this.#advance(lane);
    for (const held of this.#held) {
      if (this.#running >= this.#limits.total) break;
      this.#advance(held);
    }
    if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(ticket.target);
  }

  #advance(lane: Lane): void {
    while (lane.running < this.#limits.perTarget && this.#running < this.#limits.total) {
      const ticket = lane.waiting.shift();
      if (ticket === undefined) break;
      ticket.state = 'running';
      lane.running++;
      this.#running++;
      ticket.go();
    }
    if (lane.waiting.length > 0 && lane.running < this.#limits.perTarget) this.#held.add(lane);
    else this.#held.delete(lane);
  }
}
