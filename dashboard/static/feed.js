// Where packets come from: a live run, the recorded one, or a run that lies still (a ghost).

import { recorded, unpack } from "./packet.js"

const address = path => new URL(path, document.baseURI)

/** A live run over one WebSocket: acknowledges what was drawn, and comes back after a lost connection. */
export class LiveFeed {
  #socket = null
  #closed = false
  #wait = 250
  #timer = 0

  constructor(run, { packet, lost }) {
    Object.assign(this, { run, packet, lost })
    this.#connect()
  }

  send(wish) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(wish))
  }

  close() {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  #connect() {
    const url = address(`api/live/${this.run.id}?after=${this.run.seq}`)
    url.protocol = url.protocol.replace("http", "ws")
    const socket = (this.#socket = new WebSocket(url))
    socket.binaryType = "arraybuffer"
    socket.onmessage = event => this.#receive(event.data)
    socket.onclose = () => {
      if (this.#closed || this.run.gone) return
      this.lost(true)
      this.#timer = setTimeout(() => this.#connect(), this.#wait)
      this.#wait = Math.min(2 * this.#wait, 4000)
    }
  }

  #receive(data) {
    const packet = unpack(data)
    this.#wait = 250
    this.lost(false)
    this.run.take(packet)
    this.packet(this.run)
    // A hidden tab gets no animation frames, so it stops asking for more.
    requestAnimationFrame(() => this.send({ ack: this.run.seq }))
  }
}

/** The recorded run, at the times at which it happened. */
export class Recording {
  #packets = []
  #next = 0
  #clock = 0
  #timer = 0

  constructor(run, { packet }) {
    Object.assign(this, { run, packet, playing: false, slow: false, loaded: false })
  }

  async load(url, atOnce) {
    const answer = await fetch(url)
    if (!answer.ok) return
    this.#packets = [...recorded(await answer.arrayBuffer())]
    this.loaded = true
    this.#deliver(atOnce ? Infinity : 0)
    if (!atOnce) this.play()
  }

  play() {
    if (this.#next >= this.#packets.length) this.rewind()
    this.playing = true
    this.#tick(performance.now())
  }

  pause() {
    this.playing = false
    clearTimeout(this.#timer)
  }

  rewind() {
    this.run.clear()
    this.#next = this.#clock = 0
    this.#deliver(0)
  }

  /** On to the next packet that holds a frame. */
  step() {
    const next = this.#packets.slice(this.#next).find(({ packet }) => packet.observed.some(look => look.name === "frame"))
    if (next) this.#deliver(next.at)
  }

  close() {
    this.pause()
  }

  #tick(then) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      const now = performance.now()
      this.#deliver(this.#clock + (now - then) / (this.slow ? 4 : 1))
      if (this.#next >= this.#packets.length) this.playing = false
      if (this.playing) this.#tick(now)
      else this.packet(this.run)
    }, 100)
  }

  #deliver(until) {
    const first = this.#next
    this.#clock = Math.min(until, this.#packets[this.#packets.length - 1]?.at ?? 0)
    while (this.#next < this.#packets.length && this.#packets[this.#next].at <= until)
      this.run.take(this.#packets[this.#next++].packet)
    if (this.#next > first) this.packet(this.run)
  }
}

/** All of a run that lies still, packet after packet; false if it is not there. */
export async function fetchRun(run) {
  for (let seq = -1; seq !== run.seq;) {
    seq = run.seq
    const answer = await fetch(address(`api/runs/${run.id}/packet?after=${Math.max(seq, 0)}`))
    if (!answer.ok) return false
    run.take(unpack(await answer.arrayBuffer()))
  }
  return run.ready
}

/** POST to the server; the run that came of it, or the sentence that says why none did. */
export async function order(run, what) {
  const answer = await fetch(address(`api/runs/${run.id}/${what}`), { method: "POST" })
  return answer.json().catch(() => ({ error: "The server did not answer." }))
}

/** What was remarked on the way and why it ended: {reason, lines}, or {error}. */
export async function fetchLog(run) {
  const answer = await fetch(address(`api/runs/${run.id}/log`))
  return answer.json().catch(() => ({ error: "The server did not answer." }))
}
