// Where the shift is while the network learns: a line of colours for every layer, and for every class, from step to step.

import { rgb } from "./colours.js"
import { h, text } from "./elements.js"
import { count, small, title } from "./words.js"

const STRONGEST = 40 // times as far as chance reaches
const [NAMES, NUMBERS, HIGH, GAP] = [104, 180, 38, 2] // pixels: left and right of the colours, a row at most, between rows
const MOST_CLASSES = 12
const BLUE = { light: "#0877bd", dark: "#56b4e9" }
const STRONG = { light: 0.88, dark: 0.85 }

export class Layers {
  #moment = null

  constructor(holder) {
    this.said = h("p", { class: "tl-caption tl-layers-said", role: "status" })
    this.message = h("p", { class: "tl-soft", hidden: true }, "The layers of this run were not measured. Run it again to see them.")
    this.layers = new Heat("Layer by layer: MMD², against chance", ["no more than chance", `${STRONGEST} times as far`], words => this.#say(words))
    this.classes = new Heat("Class by class ⚑: MMD² of the features", ["0", ""], words => this.#say(words))
    this.element = h("div", { class: "tl-layers" }, this.message, this.layers.element, this.classes.element, this.said)
    holder.append(this.element)
  }

  show(moment) {
    const { run } = moment
    if (this.#moment?.run !== run) this.#say("")
    this.#moment = moment
    const measured = run.frames.some(({ layers }) => layers)
    this.message.hidden = measured || !run.frames.length
    this.layers.show(moment, measured ? layerLines(run) : [])
    const lines = classLines(moment)
    this.classes.show(moment, lines, small(Math.max(0, ...lines.map(({ most }) => most))))
  }

  /** What both drawings say at the step on show, and at the first one. */
  rows() {
    const rows = [["", "First", "Now", "Chance reaches", "Times as far", "p"]]
    if (!this.#moment?.frame) return rows
    const { run, frame } = this.#moment
    const first = run.frames[0]
    for (const line of layerLines(run)) {
      const [then, now] = [line.at(first), line.at(frame)]
      rows.push([line.name, small(then?.value), small(now?.value), small(now?.reach), now ? times(now) : "–", now ? now.p.toFixed(2) : "–"])
    }
    for (const line of classLines(this.#moment, Infinity))
      rows.push([`Class ${line.name} ⚑`, small(line.at(first)?.value), small(line.at(frame)?.value), "", "", ""])
    return rows
  }

  #say(words) {
    text(this.said, words || "Point at a place, or choose it with the arrow keys, to read its number.")
  }
}

/** One line of colours a layer: {name, at(frame) → {value, null, reach, p, share}}. */
function layerLines(run) {
  const told = run.frames.find(({ layers }) => layers)
  if (!told) return []
  const [many, stages] = [told.layers.shape[0], run.scene?.stages ?? told.layers.shape[0] - 1]
  return Array.from({ length: many }, (_, row) => ({
    name: row === 0 ? "Input" : row <= stages ? `Stage ${row}` : "Features",
    at: frame => look(frame?.layers?.data.slice(4 * row, 4 * row + 4)),
    say: now => `${small(now.value)} · ${times(now)}`,
  }))
}

function look(numbers) {
  if (!numbers || !Number.isFinite(numbers[0])) return null
  const [value, none, reach, p] = numbers
  const far = (value - none) / Math.max(reach - none, 1e-12)
  return { value, none, reach, p, far, share: Math.min(1, Math.log(Math.max(far, 1)) / Math.log(STRONGEST)) }
}

const times = ({ far, value, reach }) => (value <= reach ? "no more than chance" : `${far < 9.95 ? far.toFixed(1) : count(far)} × chance`)

/** Lines of the classes with the largest gaps at the step on show; stronger is further, up to the largest of the run. */
function classLines({ run, frame }, room = MOST_CLASSES) {
  const names = run.scene?.classes ?? []
  const of = (frame, k) => frame?.gap[`gap_class_${k}`]
  const there = names.map((name, k) => ({ name, k })).filter(({ k }) => run.frames.some(frame => of(frame, k) != null))
  const most = Math.max(1e-9, ...there.flatMap(({ k }) => run.frames.map(frame => of(frame, k) ?? 0)))
  const shown = there.length > room ? there.sort((a, b) => (of(frame, b.k) ?? 0) - (of(frame, a.k) ?? 0)).slice(0, room) : there
  return shown.map(({ name, k }) => ({
    name, most,
    at: frame => (of(frame, k) == null ? null : { value: of(frame, k), share: Math.min(1, Math.max(0, of(frame, k)) / most) }),
    say: now => small(now.value),
  }))
}

/** Rows of colours over steps on a canvas, with a cursor at the step on show; one place at a time can be read. */
class Heat {
  #spot = null // {row, frame}: which frame of which row is read

  constructor(name, [least, most], said) {
    Object.assign(this, { name, said, lines: [], moment: null })
    this.canvas = h("canvas", { class: "tl-layers-canvas", tabindex: "0", role: "img", "aria-description": "With the arrow keys, choose a place." })
    this.most = h("span", {}, most)
    this.scale = h("i")
    this.element = h("figure", { class: "tl-layers-heat", role: "group", "aria-label": name },
      h("div", { class: "tl-title" }, h("h4", {}, name), h("div", { class: "tl-heat" }, h("span", {}, least), this.scale, this.most)), this.canvas)
    this.canvas.onpointermove = event => this.#point(event)
    this.canvas.onpointerleave = () => this.#read(null)
    this.canvas.onblur = () => this.#read(null)
    this.canvas.onkeydown = event => this.#key(event)
    new ResizeObserver(() => this.#draw()).observe(this.element)
  }

  show(moment, lines, most) {
    if (this.moment?.run !== moment.run) this.#spot = null
    Object.assign(this, { moment, lines })
    this.element.hidden = !lines.length
    if (most) text(this.most, most)
    if (this.#spot && (this.#spot.row >= lines.length || this.#spot.k >= moment.run.frames.length)) this.#spot = null // thinned
    this.#draw()
  }

  #draw() {
    const [{ clientWidth: width }, rows] = [this.element, this.lines.length]
    if (!this.moment || !rows || !width) return
    const { run, frame, step, live, theme } = this.moment
    const [dots, mix] = [devicePixelRatio || 1, mixer(theme)]
    this.high = Math.min(HIGH, Math.max(14, (this.room() - 20) / rows))
    const height = rows * this.high + 20
    Object.assign(this.canvas, { width: Math.round(width * dots), height: Math.round(height * dots) })
    this.canvas.style.height = `${height}px`
    this.scale.style.background = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(mix).join(", ")})`
    const pen = this.canvas.getContext("2d")
    pen.scale(dots, dots)
    Object.assign(pen, { font: `13px ${theme.font}`, textBaseline: "middle" })
    this.lines.forEach((line, row) => this.#line(pen, line, row, mix))
    Object.assign(pen, { fillStyle: theme.soft, textAlign: "left", font: `12px ${theme.font}` })
    pen.fillText("0", NAMES, height - 8)
    pen.textAlign = "right"
    pen.fillText(`${count(Math.max(run.row.steps, 1))} steps`, width - NUMBERS, height - 8)
    if (!live) this.#cursor(pen, this.#x(step), rows * this.high)
    if (this.#spot) this.#ring(pen)
    this.canvas.setAttribute("aria-label", `${this.name}, step ${count(frame?.step ?? 0)}. ${this.lines.map(line => `${line.name}: ${said(line, frame)}`).join("; ")}.`)
  }

  #line(pen, line, row, mix) {
    const { run, frame, theme } = this.moment
    const [top, end] = [row * this.high, this.#x(Math.max(run.row.step, 1))]
    Object.assign(pen, { fillStyle: theme.ink, textAlign: "right" })
    pen.fillText(cut(pen, line.name, NAMES - 12), NAMES - 8, top + this.high / 2)
    run.frames.forEach((each, k) => {
      const now = line.at(each)
      if (!now) return
      const next = run.frames[k + 1]
      const to = next ? this.#x(next.step) : Math.max(end, this.#x(0) + 3)
      const from = next ? this.#x(each.step) : Math.min(this.#x(each.step), to - 3) // the last look has no width of its own
      pen.fillStyle = mix(now.share)
      pen.fillRect(from, top, to - from + (next ? 0.5 : 0), this.high - GAP)
    })
    Object.assign(pen, { strokeStyle: theme.faint, lineWidth: 1 })
    pen.strokeRect(NAMES + 0.5, top + 0.5, this.#x(Infinity) - NAMES - 1, this.high - GAP - 1)
    Object.assign(pen, { fillStyle: theme.ink, textAlign: "left" })
    pen.fillText(said(line, frame), this.#x(Infinity) + 10, top + this.high / 2)
  }

  #cursor(pen, x, height) {
    Object.assign(pen, { strokeStyle: this.moment.theme.ink, lineWidth: 1.5 })
    pen.strokeRect(x, 0, 0.01, height)
  }

  #ring(pen) {
    const { row, k } = this.#spot
    const { frames } = this.moment.run
    const from = this.#x(frames[k].step)
    const to = k + 1 < frames.length ? this.#x(frames[k + 1].step) : this.#x(this.moment.run.row.step)
    Object.assign(pen, { strokeStyle: this.moment.theme.ink, lineWidth: 2 })
    pen.strokeRect(from - 1, row * this.high - 1, Math.max(4, to - from) + 2, this.high)
  }

  /** Half of what the view has for both, and all of it where there is only one. */
  room() {
    const holder = this.element.parentElement
    const both = [...holder.querySelectorAll("figure")].filter(each => !each.hidden).length
    return Math.max(120, (holder.clientHeight - 40) / Math.max(both, 1) - 44)
  }

  #x(step) {
    const end = Math.max(this.moment.run.row.steps, 1)
    return NAMES + (Math.min(step, end) / end) * (this.element.clientWidth - NAMES - NUMBERS)
  }

  #point({ offsetX: x, offsetY: y }) {
    const { frames } = this.moment.run
    const row = Math.floor(y / this.high)
    if (row >= this.lines.length || !frames.length || x < NAMES || x > this.#x(this.moment.run.row.step) + 3) return this.#read(null)
    const k = frames.findLastIndex(frame => this.#x(frame.step) <= x)
    this.#read({ row, k: Math.max(0, k) })
  }

  #key(event) {
    const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? []
    if (down == null) return
    event.preventDefault()
    const last = this.moment.run.frames.length - 1
    const { row, k } = this.#spot ?? { row: 0, k: last }
    const within = (value, most) => Math.min(Math.max(value, 0), most)
    this.#read(this.#spot ? { row: within(row + down, this.lines.length - 1), k: within(k + right, last) } : { row, k })
  }

  #read(spot) {
    this.#spot = spot
    const frame = spot && this.moment.run.frames[spot.k]
    const line = spot && this.lines[spot.row]
    this.said(frame && line ? `${title(line.name)} at step ${count(frame.step)}: ${said(line, frame)}` : "")
    this.#draw()
  }
}

function said(line, frame) {
  const now = line.at(frame)
  return now ? line.say(now) : "–"
}

function mixer(theme) {
  const worn = theme.dark ? "dark" : "light"
  const [from, to, strong] = [rgb(theme.ground), rgb(BLUE[worn]), STRONG[worn]]
  return share => `rgb(${[0, 1, 2].map(c => Math.round(from[c] + strong * share * (to[c] - from[c]))).join(" ")})`
}

function cut(pen, words, room) {
  if (pen.measureText(words).width <= room) return words
  while (words && pen.measureText(`${words}…`).width > room) words = words.slice(0, -1)
  return `${words}…`
}
