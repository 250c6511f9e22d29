// The card of one mark: under the pointer, or chosen with the arrow keys while the view has the focus.

import { h, text } from "./elements.js"
import { percent } from "./words.js"

const REACH = 14

export class PointCard {
  #xy = new Float32Array(0)
  #chosen = -1

  constructor(box, canvas, redraw) {
    this.pen = canvas.getContext("2d")
    this.redraw = redraw
    this.thumb = h("canvas", { class: "tl-thumb", width: "1", height: "1" })
    this.lines = [h("strong"), h("span"), h("span", { class: "tl-soft" })]
    this.element = h("div", { class: "tl-card", hidden: true }, this.thumb, h("div", {}, ...this.lines))
    box.append(this.element)
    canvas.addEventListener("pointermove", event => this.#choose(this.#nearest(event.offsetX, event.offsetY)))
    canvas.addEventListener("pointerleave", () => this.#choose(-1))
    canvas.addEventListener("blur", () => this.#choose(-1))
    canvas.addEventListener("keydown", event => this.#key(event))
  }

  /** The item that is pointed at, -1 for none. */
  get chosen() {
    return this.#chosen
  }

  hide() {
    this.element.hidden = true
  }

  /** After the marks are painted at `xy`: ring the chosen one, draw its trail and lay the card beside it. */
  place(xy, moment, trail) {
    this.#xy = xy
    const k = this.#chosen
    this.element.hidden = k < 0 || 2 * k >= xy.length
    if (this.element.hidden) return
    const { pen } = this
    Object.assign(pen, { strokeStyle: moment.theme.ink, lineWidth: 1.5, globalAlpha: 0.6 })
    pen.beginPath()
    for (const then of trail) pen.lineTo(then[2 * k], then[2 * k + 1])
    pen.stroke()
    pen.globalAlpha = 1
    pen.beginPath()
    pen.arc(xy[2 * k], xy[2 * k + 1], 8, 0, 2 * Math.PI)
    pen.stroke()
    this.#fill(k, moment)
    this.#lay(xy[2 * k], xy[2 * k + 1])
  }

  #fill(k, { run: { scene }, frame }) {
    const [label, said] = [scene.label.data[k], frame?.predicted?.data[k]]
    const domain = scene.domain.data[k] ? scene.target ?? "target" : scene.source ?? "source"
    text(this.lines[0], `${scene.classes[label]} · ${scene.domain.data[k] ? "✕" : "●"} ${domain}`)
    const sure = frame?.confidence ? `, ${percent(frame.confidence.data[k] / 255)} sure` : ""
    text(this.lines[1], said == null ? "" : `${said === label ? "right" : "wrong"}: says ${scene.classes[said]}${sure}`)
    text(this.lines[2], `probe item ${k + 1} of ${scene.label.data.length}`)
    const place = scene.thumb_ids ? scene.thumb_ids.data.indexOf(k) : -1
    this.thumb.hidden = place < 0
    if (place >= 0) drawThumb(this.thumb, scene.thumbs, place)
  }

  #lay(x, y) {
    const { clientWidth: width, clientHeight: height, offsetWidth: wide, offsetHeight: high } = { ...sizes(this.element.parentElement), ...offsets(this.element) }
    const left = Math.min(Math.max(4, x - wide / 2), width - wide - 4)
    const top = y - high - 14 < 4 ? Math.min(y + 16, height - high - 4) : y - high - 14
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
  }

  #nearest(x, y) {
    let [best, reach] = [-1, REACH ** 2]
    for (let k = 0; 2 * k < this.#xy.length; k++) {
      const far = (this.#xy[2 * k] - x) ** 2 + (this.#xy[2 * k + 1] - y) ** 2
      if (far < reach) [best, reach] = [k, far]
    }
    return best
  }

  #key(event) {
    const turn = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const count = this.#xy.length / 2
    if (event.key === "Escape") this.#choose(-1)
    else if (turn && count) this.#choose((Math.max(this.#chosen, -1) + turn + count) % count)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #choose(k) {
    if (k === this.#chosen) return
    this.#chosen = k
    this.redraw()
  }
}

const sizes = ({ clientWidth, clientHeight }) => ({ clientWidth, clientHeight })
const offsets = ({ offsetWidth, offsetHeight }) => ({ offsetWidth, offsetHeight })

/** Picture `k` of (M, H, W, 3) bytes, as it is, on a canvas of its size. */
export function drawThumb(canvas, { data, shape: [, height, width] }, k) {
  const picture = new ImageData(width, height)
  const first = 3 * width * height * k
  for (let pixel = 0; pixel < width * height; pixel++) {
    picture.data.set(data.subarray(first + 3 * pixel, first + 3 * pixel + 3), 4 * pixel)
    picture.data[4 * pixel + 3] = 255
  }
  Object.assign(canvas, { width, height })
  canvas.getContext("2d").putImageData(picture, 0, 0)
}
