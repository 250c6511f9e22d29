// One run as the page knows it. Frames never change once they are made, so every view that is given
// the same frame shows the same step.

const MOST_FRAMES = 300

export class Run {
  constructor(id) {
    this.id = id
    this.clear()
  }

  clear() {
    this.row = { status: "queued", step: 0, steps: 0, seconds: 0, left: null, device: "", looks: 0 }
    this.about = {}
    this.verdict = null
    this.scene = null
    this.frames = []
    this.umaps = []
    this.series = new Map() // name → {kind, steps, values}
    this.seq = 0
    this.gone = ""
  }

  /** Take in a packet. The numbers come first, so that a frame finds those of its own step. */
  take(packet) {
    if (packet.reset) this.clear()
    if (packet.gone) return void (this.gone = packet.gone)
    Object.assign(this, { seq: packet.seq, row: packet.row ?? this.row, verdict: packet.verdict ?? this.verdict })
    if (packet.about) this.about = packet.about
    packet.columns.forEach((block, k) => this.#extend(block, packet.arrays[`columns/${k}`].data))
    packet.observed.forEach((look, k) => this.#observe(look, pick(packet.arrays, `observed/${k}/`)))
  }

  get ready() {
    return this.frames.length > 0 || this.ended
  }

  get ended() {
    return ["finished", "stopped", "failed", "crashed"].includes(this.row.status)
  }

  get last() {
    return this.frames[this.frames.length - 1] ?? null
  }

  /** The value of a series at a step: the last one that was told until then. */
  value(name, step = Infinity) {
    const series = this.series.get(name)
    if (!series) return null
    const k = before(series.steps, step)
    return k < 0 ? null : series.values[k]
  }

  /** The frame that was on show at a step. */
  frameAt(step) {
    return this.frames[Math.max(0, before(this.frames, step, frame => frame.step))] ?? null
  }

  umapAt(step) {
    return this.umaps[Math.max(0, before(this.umaps, step, frame => frame.step))] ?? null
  }

  #extend({ kind, keys, count }, data) {
    for (let k = 1; k < keys.length; k++) {
      const name = keys[k]
      if (!this.series.has(name)) this.series.set(name, { kind, steps: [], values: [] })
      const series = this.series.get(name)
      for (let row = 0; row < count; row++) {
        const step = data[row]
        if (step === series.steps[series.steps.length - 1]) continue // the end tells the last evaluation again
        series.steps.push(step)
        series.values.push(data[k * count + row])
      }
    }
  }

  #observe({ name, step, values, verdict }, arrays) {
    if (name === "scene") this.scene = Object.freeze({ ...values, ...arrays })
    if (name === "umap") this.umaps.push(Object.freeze({ step, map: arrays.map }))
    if (name === "frame") {
      this.frames.push(Object.freeze({ step, verdict, gap: Object.freeze(values), ...arrays }))
      if (this.frames.length > MOST_FRAMES) this.frames = this.frames.filter((_, k) => k % 2 === 0 || k > MOST_FRAMES - 2)
    }
  }
}

function pick(arrays, prefix) {
  const picked = {}
  for (const name in arrays) if (name.startsWith(prefix)) picked[name.slice(prefix.length)] = arrays[name]
  return picked
}

/** Index of the last entry whose step is not after `step`; -1 if there is none. */
function before(entries, step, of = entry => entry) {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (of(entries[middle]) <= step) low = middle + 1
    else high = middle
  }
  return low - 1
}
