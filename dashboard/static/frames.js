// One run as the page knows it. Frames never change once they are made, so every view that is given
// the same frame shows the same step.

const MOST_FRAMES = 300
const MOST_EXHIBITS = 120 // looks at one exhibit: a gallery is a hundred times as large as a number

export class Run {
  constructor(id) {
    this.id = id
    this.clear()
  }

  clear() {
    this.row = { status: "queued", step: 0, steps: 0, seconds: 0, left: null, device: "", looks: 0 }
    this.about = {}
    this.verdict = null
    this.alerts = [] // see tlcore/runs/alerting
    this.phases = [] // where one ended and the next began: {step, begins, ends}
    this.scene = null
    this.frames = []
    this.umaps = []
    this.grades = [] // {step, ece_source, reliability/source, groups, …}: see tlcore/training/grading.py
    this.exhibits = new Map() // title → [{step, kind, …}]
    this.series = new Map() // name → {kind, steps, values}
    this.seq = 0
    this.gone = ""
  }

  /** Take in a packet. The numbers come first, so that a frame finds those of its own step. */
  take(packet) {
    if (packet.reset) this.clear()
    if (packet.gone) return void (this.gone = packet.gone)
    Object.assign(this, { seq: packet.seq, row: packet.row ?? this.row, verdict: packet.verdict ?? this.verdict, alerts: packet.alerts ?? this.alerts })
    if (packet.about) this.about = packet.about
    packet.columns.forEach((block, k) => this.#extend(block, packet.arrays[`columns/${k}`].data))
    packet.observed.forEach((look, k) => this.#observe(look, pick(packet.arrays, `observed/${k}/`)))
  }

  /** Whether one answer an item can be right or wrong: clusters have no names, and episodes have classes of their own. */
  get graded() {
    return this.about.answers !== "clusters" && this.about.exam !== "episodes"
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

  /** Every exhibit as it stood at a step: `look` is null for one that came later, from the step `from` on. */
  exhibitsAt(step) {
    return [...this.exhibits].map(([title, looks]) => {
      const k = before(looks, step, look => look.step)
      return { title, kind: looks[0].kind, look: k < 0 ? null : looks[k], from: looks[0].step }
    })
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
    if (name === "phase") this.phases.push(Object.freeze({ step, ...values }))
    if (name === "umap") this.umaps.push(Object.freeze({ step, map: arrays.map }))
    if (name === "grades") this.grades.push(Object.freeze({ step, ...values, ...arrays }))
    if (name === "exhibit") {
      const looks = this.exhibits.get(values.title) ?? []
      if (looks[looks.length - 1]?.step === step) looks.pop() // the last word about a step holds
      looks.push(Object.freeze({ step, ...values, ...arrays }))
      this.exhibits.set(values.title, thinned(looks, MOST_EXHIBITS))
    }
    if (name === "frame") {
      if (!this.graded) delete arrays.predicted
      this.frames.push(Object.freeze({ step, verdict, gap: Object.freeze(values), ...arrays }))
      this.frames = thinned(this.frames, MOST_FRAMES)
    }
  }
}

function pick(arrays, prefix) {
  const picked = {}
  for (const name in arrays) if (name.startsWith(prefix)) picked[name.slice(prefix.length)] = arrays[name]
  return picked
}

/** Every second entry of too many; the newest ones stay. */
const thinned = (entries, most) => (entries.length > most ? entries.filter((_, k) => k % 2 === 0 || k > most - 2) : entries)

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
