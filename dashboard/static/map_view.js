// The big view of points: the input space with the decision, or the map of features. It moves smoothly
// from one frame to the next, and stands still when people prefer that.

import { h } from "./elements.js"
import { borders, paintMarks, paintRings, tint } from "./painter.js"
import { PointCard } from "./point_card.js"

const EASE = share => 1 - (1 - share) ** 3
const calm = matchMedia("(prefers-reduced-motion: reduce)")
const PAD = 16
const PAUSE = 28 // milliseconds between two paintings: 30 in a second flow well enough

export class MapView {
  #moment = null
  #from = null // positions in data units: where the marks come from, are, and go to
  #now = null
  #to = null
  #window = null // {x, y, half}: what is in sight
  #windowFrom = null
  #windowTo = null
  #tints = [null, null] // before and now
  #borders = [null, null]
  #began = 0
  #lasts = 1
  #drawing = 0
  #painted = 0

  constructor(holder) {
    this.canvas = h("canvas", { class: "tl-canvas", tabindex: "0", role: "img", "aria-description": "With the arrow keys, choose an item." })
    this.box = h("div", { class: "tl-canvas-box" }, this.canvas)
    holder.append(this.box)
    this.pen = this.canvas.getContext("2d")
    this.card = new PointCard(this.box, this.canvas, () => this.#redraw())
    new ResizeObserver(() => this.#resize()).observe(this.box)
  }

  /** Show `space` ("input", "pca" or "umap") of a moment. */
  show(moment, space) {
    const same = this.#moment && this.#moment.run === moment.run && this.space === space
    const old = this.#moment
    this.space = space
    this.#moment = moment
    const goal = this.#positions(moment, space)
    this.canvas.setAttribute("aria-label", moment.verdict?.headline ?? "Nothing to show yet")
    if (!goal) return this.#clear()
    const moves = same && moment.animate && !calm.matches && this.#now?.length === goal.length
    this.#from = moves ? this.#now.slice() : goal
    this.#to = goal
    this.#now = this.#from.slice()
    this.#windowTo = this.#frameWindow(goal, same)
    this.#windowFrom = moves ? this.#window : this.#windowTo
    this.#window = this.#windowFrom
    if (!same || old.frame !== moment.frame || old.theme !== moment.theme || old.ghost !== moment.ghost) this.#tint(moment, space, moves)
    // A move lasts about as long as the next frame takes to come, so that it flows.
    const now = performance.now()
    this.#lasts = moves ? Math.min(900, Math.max(120, 0.9 * (now - this.#began))) : 1
    this.#began = now
    this.#redraw()
  }

  #positions({ run, frame }, space) {
    if (space === "input") return run.scene?.inputs?.data ?? null
    if (space === "umap") return run.umapAt(frame?.step ?? Infinity)?.map.data ?? null
    return frame?.map?.data ?? null
  }

  #tint({ run, frame, colours, theme, ghost, step }, space, moves) {
    const decided = space === "input" && frame?.grid_class
    this.#tints = [moves ? this.#tints[1] : null, decided ? tint(frame, colours, theme) : null]
    this.#borders = [moves ? this.#borders[1] : null, decided ? { path: borders(frame, colours.length), shape: frame.grid_class.shape } : null]
    const then = ghost?.frameAt(step)
    const comparable = space === "input" && then?.grid_class && ghost.scene?.classes?.length === run.scene.classes.length
    this.ghostBorders = comparable ? { path: borders(then, colours.length), shape: then.grid_class.shape } : null
  }

  /** The square that is in sight: fixed for the input space, following slowly for a map. */
  #frameWindow(points, same) {
    const extent = this.space === "input" ? this.#moment.run.scene.extent?.data : null
    if (extent) {
      const [x0, x1, y0, y1] = extent
      return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, half: Math.max(x1 - x0, y1 - y0) / 2 }
    }
    const goal = around(points)
    const now = same && this.#moment.animate ? this.#windowTo : null // a jump shows all at once
    if (!now) return goal
    const reach = Math.max(Math.abs(goal.x - now.x), Math.abs(goal.y - now.y)) + goal.half
    if (reach > now.half) return { ...goal, half: Math.max(goal.half, 0.9 * now.half) }
    const slow = (a, b) => a + 0.12 * (b - a)
    return { x: slow(now.x, goal.x), y: slow(now.y, goal.y), half: slow(now.half, goal.half) }
  }

  #redraw() {
    if (!this.#drawing) this.#drawing = requestAnimationFrame(() => this.#draw())
  }

  #draw() {
    this.#drawing = 0
    if (!this.#to || !this.size || !this.#moment.run.scene) return // a run that begins anew tells its scene anew
    if (performance.now() - this.#painted < PAUSE) return this.#redraw()
    this.#painted = performance.now()
    const share = Math.min(1, (performance.now() - this.#began) / this.#lasts)
    const eased = EASE(share)
    for (let k = 0; k < this.#to.length; k++) this.#now[k] = this.#from[k] + eased * (this.#to[k] - this.#from[k])
    const [a, b] = [this.#windowFrom, this.#windowTo]
    const mix = name => a[name] + eased * (b[name] - a[name])
    this.#window = { x: mix("x"), y: mix("y"), half: mix("half") }
    this.#paint(eased)
    if (share < 1) this.#redraw()
  }

  #paint(eased) {
    const { pen, size } = this
    const { run, frame, ghost, colours, theme } = this.#moment
    pen.setTransform(this.dots, 0, 0, this.dots, 0, 0)
    pen.clearRect(0, 0, this.width, size)
    this.#paintDecision(eased)
    const look = { domain: run.scene.domain.data, label: run.scene.label.data, colours, theme }
    if (ghost && this.space === "input" && ghost.scene?.inputs && ghost.scene.inputs.data.length === this.#now.length)
      if (differs(ghost.scene.inputs.data, this.#to)) paintMarks(pen, this.#pixels(ghost.scene.inputs.data), { ...look, faint: true })
    const xy = this.#pixels(this.#now)
    paintMarks(pen, xy, { ...look, predicted: frame?.predicted?.data, chosen: look.label[this.card.chosen] })
    if (this.space === "input" && run.scene.few && !run.about.oracle) paintRings(pen, this.#pixels(run.scene.few.data), theme)
    this.card.place(xy, this.#moment, this.#trail())
  }

  #paintDecision(eased) {
    const { pen, size } = this
    const left = (this.width - size) / 2
    const extent = this.#moment.run.scene.extent?.data
    if (!this.#tints[1] || !extent) return
    pen.save()
    pen.beginPath()
    pen.roundRect(left, 0, size, size, 8)
    pen.clip()
    pen.imageSmoothingQuality = "high"
    for (const [picture, alpha] of [[this.#tints[0], 1], [this.#tints[1], this.#tints[0] ? eased : 1]]) {
      if (!picture) continue
      pen.globalAlpha = alpha
      const [x, y, across, up] = this.#cells(picture.width, picture.height)
      pen.drawImage(picture, x, y, across, up)
    }
    const fades = this.#borders[0] ? eased : 1
    this.#stroke(this.#borders[0], 0.55 * (1 - fades))
    this.#stroke(this.#borders[1], 0.55 * fades)
    this.#stroke(this.ghostBorders, 0.5, [2, 5])
    pen.restore()
  }

  #stroke(lines, alpha, dash = []) {
    if (!lines) return
    const { pen } = this
    const [rows, columns] = lines.shape
    const [x, y, across, up] = this.#cells(columns, rows)
    const scaled = new Path2D()
    scaled.addPath(lines.path, new DOMMatrix([across / columns, 0, 0, -up / rows, x + across / columns / 2, y + up - up / rows / 2]))
    Object.assign(pen, { globalAlpha: alpha, lineWidth: 1.4, strokeStyle: this.#moment.theme.ink })
    pen.setLineDash(dash)
    pen.stroke(scaled)
    pen.setLineDash([])
  }

  /** Where the grid lies: cell centres on the corners of the extent, so half a cell beyond it. */
  #cells(columns, rows) {
    const [x0, x1, y0, y1] = this.#moment.run.scene.extent.data
    const [west, south, east, north] = this.#pixels([x0, y0, x1, y1])
    const [wide, high] = [(east - west) / (columns - 1), (south - north) / (rows - 1)]
    return [west - wide / 2, north - high / 2, east - west + wide, south - north + high]
  }

  #pixels(points) {
    const { x, y, half } = this.#window
    const room = this.size / 2 - (this.space === "input" ? 0 : PAD)
    const xy = new Float32Array(points.length)
    for (let k = 0; k < points.length; k += 2) {
      xy[k] = this.width / 2 + ((points[k] - x) / half) * room
      xy[k + 1] = this.size / 2 - ((points[k + 1] - y) / half) * room
    }
    return xy
  }

  /** Where the marks were in the last five frames; a map of features moves, the input space does not. */
  #trail() {
    const { run, frame } = this.#moment
    if (this.space !== "pca") return []
    const last = run.frames.indexOf(frame)
    return run.frames.slice(Math.max(0, last - 5), last + 1).map(then => this.#pixels(then.map.data))
  }

  #clear() {
    this.#to = this.#now = this.#windowTo = null // what comes next has a window of its own
    this.pen.setTransform(1, 0, 0, 1, 0, 0)
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height)
    this.card.hide()
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.box
    if (!width || !height) return
    this.dots = devicePixelRatio || 1
    Object.assign(this, { width, size: Math.min(width, height) })
    Object.assign(this.canvas, { width: Math.round(width * this.dots), height: Math.round(this.size * this.dots) })
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${this.size}px` })
    this.#redraw()
  }
}

function around(points) {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let k = 0; k < points.length; k += 2) {
    west = Math.min(west, points[k])
    east = Math.max(east, points[k])
    south = Math.min(south, points[k + 1])
    north = Math.max(north, points[k + 1])
  }
  return { x: (west + east) / 2, y: (south + north) / 2, half: 0.52 * Math.max(east - west, north - south, 1e-6) }
}

const differs = (a, b) => a.some((value, k) => Math.abs(value - b[k]) > 1e-4)
