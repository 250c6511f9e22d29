// The transport bar: pause, step, slow, restart, and a timeline over all views. Each has a key.

import { h, icon, mark, text } from "./elements.js"
import { count } from "./words.js"

export class Transport {
  /** `act` holds what the buttons do: toggle, step, slow, restart, stop, ghost, seek(step), live. */
  constructor(holder, act) {
    this.act = act
    const button = (name, label, key, onclick) => {
      const keys = key ? h("kbd", { "aria-hidden": "true" }, key) : null
      // Pressing with the mouse leaves the focus where it is, so that Space goes on meaning "pause".
      return h("button", { type: "button", class: "tl-key", title: label, "aria-label": label, onclick, onmousedown: event => event.preventDefault() }, icon(name), keys)
    }
    this.play = button("pause", "Pause", "Space", act.toggle)
    this.stepper = button("step", "Step", "→", act.step)
    this.slower = button("slow", "Slow", "S", act.slow)
    this.restart = button("restart", "Restart", "0", act.restart)
    this.stop = button("stop", "Stop", "", act.stop)
    this.pin = button("pin", "Pin this moment as a scene to present", "M", act.pin)
    this.note = h("span", { class: "tl-soft tl-pinned", role: "status" })
    this.haunt = button("ghost", "Ghost of the previous run", "G", act.ghost)
    this.slider = h("input", { type: "range", class: "tl-slider", min: "0", max: "1", value: "0", "aria-label": "Timeline: step on show" })
    this.slider.oninput = () => act.seek(Number(this.slider.value))
    this.first = h("span", { class: "tl-soft" }, "0")
    this.last = h("span", { class: "tl-soft" })
    this.at = h("output", { class: "tl-at" })
    this.back = h("button", { type: "button", class: "tl-pill", onclick: act.live }, "Back to live")
    this.marks = h("div", { class: "tl-marks", "aria-hidden": "true" }) // the panel of alerts says the same in words
    const line = h("div", { class: "tl-line" }, this.first, h("div", { class: "tl-track" }, this.slider, this.marks, this.at), this.last)
    this.bar = h("footer", { class: "tl-transport", role: "toolbar", "aria-label": "Transport" },
      this.play, this.stepper, this.slower, this.restart, this.stop, line, this.back, this.haunt, this.pin, this.note)
    holder.append(this.bar)
    this.listener = event => this.#key(event)
    document.addEventListener("keydown", this.listener)
  }

  dispose() {
    document.removeEventListener("keydown", this.listener)
  }

  /** A few words beside the buttons, for a moment. */
  said(words) {
    text(this.note, words)
    clearTimeout(this.noted)
    this.noted = setTimeout(() => text(this.note, ""), 2500)
  }

  show({ run, step, live, steps }, { playing, paused, slow, ghost, hasGhost, running, replay }) {
    swap(this.play, playing ? "pause" : "play", playing ? "Pause" : running ? "Go on" : "Play again")
    this.stepper.disabled = playing || !paused
    mark(this.slower, "aria-pressed", slow)
    this.slower.disabled = !running
    this.stop.hidden = replay
    this.pin.disabled = replay
    this.stop.disabled = !running
    mark(this.haunt, "aria-pressed", ghost)
    this.haunt.disabled = !hasGhost
    const end = Math.max(steps, 1)
    mark(this.slider, "max", end)
    if (document.activeElement !== this.slider || live) this.slider.value = String(step)
    mark(this.slider, "aria-valuetext", `step ${count(step)} of ${count(end)}`)
    this.slider.style.setProperty("--tl-known", `${(100 * run.row.step) / end}%`)
    this.slider.style.setProperty("--tl-shown", `${(100 * step) / end}%`)
    text(this.at, `step ${count(step)}`)
    this.at.style.left = `${(100 * step) / end}%`
    text(this.last, count(end))
    this.#mark(run, end)
    mark(this.back, "data-away", !live)
    this.back.disabled = live
    text(this.back, running ? "Back to live" : "To the end")
  }

  /** Where alerts began, under the timeline. */
  #mark({ alerts }, end) {
    const told = JSON.stringify([alerts.map(({ level, step }) => [level, step]), end])
    if (told === this.marked) return
    this.marked = told
    this.marks.replaceChildren(...alerts.map(({ level, step, title }) => {
      const here = h("span", { "data-level": level, title: `${title}, step ${count(step)}`, onclick: () => this.act.seek(step) }, { error: "■", warn: "▲", info: "●" }[level])
      here.style.left = `${(100 * step) / end}%`
      return here
    }))
  }

  #key(event) {
    const onTimeline = event.target === this.slider && event.key === "m" // a slider has no use for letters
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || (typing(event) && !onTimeline)) return
    const { toggle, step, slow, restart, ghost, pin } = this.act
    const does = { " ": toggle, ArrowRight: this.stepper.disabled ? null : step, s: slow, 0: restart, g: ghost, m: pin }[event.key]
    if (!does || (event.key === " " && pressable(event.target))) return
    event.preventDefault()
    if (!event.repeat || event.key === "ArrowRight") does()
  }
}

function swap(button, name, label) {
  if (button.getAttribute("aria-label") === label) return
  button.querySelector(".tl-icon").replaceWith(icon(name))
  button.title = label
  button.setAttribute("aria-label", label)
}

/** Whether a key belongs to what has the focus: a field, a slider, a list, an open dialog. */
function typing({ target }) {
  if (!(target instanceof Element)) return false
  return !!target.closest("input, textarea, select, [contenteditable], [role=slider], [role=combobox], [role=listbox], [role=option], [role=radiogroup], [role=dialog], [role=menu]")
}

const pressable = target => target instanceof Element && !!target.closest("button, a, summary, [role=button], [role=tab]")
