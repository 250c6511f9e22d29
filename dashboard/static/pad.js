// A square to draw on, with a pointer or with keys alone. What is drawn leaves it only when somebody asks.

import { h, text } from "./elements.js"

const SIDE = 280
const PEN = 22
const STEP = 8 // pixels that one press of an arrow key moves the pen
const HINT = "Draw with the pointer. With keys: arrows move the pen, Space puts it down or lifts it, Delete clears."

export class Pad {
  #down = false
  #at = [SIDE / 2, SIDE / 2]
  #empty = true

  constructor(parent) {
    this.canvas = h("canvas", { width: SIDE, height: SIDE, class: "ti-canvas", tabindex: "0", role: "application", "aria-label": `A square to draw on. ${HINT}` })
    this.pen = this.canvas.getContext("2d")
    this.cursor = h("span", { class: "ti-cursor", "aria-hidden": "true" })
    this.state = h("span", { class: "ti-state", role: "status" })
    this.ask = h("button", { type: "button", class: "ti-ask", onclick: () => this.#send() }, "Ask the network")
    const clear = h("button", { type: "button", class: "ti-clear", onclick: () => this.#clear() }, "Clear")
    this.canvas.onpointerdown = event => this.#press(event)
    this.canvas.onpointermove = event => event.buttons && this.canvas.hasPointerCapture(event.pointerId) && this.#line(this.#place(event))
    this.canvas.onkeydown = event => this.#key(event)
    parent.append(h("div", { class: "ti-pad" }, h("div", { class: "ti-paper" }, this.canvas, this.cursor),
      h("p", { class: "ti-hint" }, HINT), h("div", { class: "ti-keys" }, this.ask, clear, this.state)))
    this.#clear()
  }

  show() {}

  #place(event) {
    const box = this.canvas.getBoundingClientRect()
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE]
  }

  #press(event) {
    this.canvas.setPointerCapture(event.pointerId)
    this.#at = this.#place(event)
    this.#line(this.#at)
  }

  /** Ink from where the pen is to another place. */
  #line([x, y]) {
    Object.assign(this.pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#000" })
    this.pen.beginPath()
    this.pen.moveTo(...this.#at)
    this.pen.lineTo(x, y)
    this.pen.stroke()
    this.#empty = false
    this.#move(x, y)
    this.#say()
  }

  #move(x, y) {
    this.#at = [Math.min(SIDE, Math.max(0, x)), Math.min(SIDE, Math.max(0, y))]
    Object.assign(this.cursor.style, { left: `${(100 * this.#at[0]) / SIDE}%`, top: `${(100 * this.#at[1]) / SIDE}%` })
  }

  #key(event) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key]
    if (!way && ![" ", "Delete", "Backspace"].includes(event.key)) return
    event.preventDefault()
    event.stopPropagation()
    if (way) {
      const to = [this.#at[0] + STEP * way[0], this.#at[1] + STEP * way[1]]
      if (this.#down) this.#line(to)
      else this.#move(...to)
    } else if (event.key === " ") {
      this.#down = !this.#down
      if (this.#down) this.#line(this.#at)
    } else this.#clear()
    this.#say()
  }

  #clear() {
    this.pen.fillStyle = "#fff"
    this.pen.fillRect(0, 0, SIDE, SIDE)
    this.#down = false
    this.#empty = true
    this.#move(SIDE / 2, SIDE / 2)
    this.#say()
  }

  #say() {
    this.cursor.classList.toggle("ti-down", this.#down)
    this.ask.disabled = this.#empty
    text(this.state, this.#down ? "The pen is down." : "")
  }

  #send() {
    this.picked(this.canvas.toDataURL("image/png"))
  }
}
