// Presenting: pinned scenes over the whole screen, one after the other, in large type.

import { BigView } from "./big_view.js"
import { theme } from "./colours.js"
import { h, icon, mark, text } from "./elements.js"
import { Exhibits } from "./exhibits.js"
import { fetchRun } from "./feed.js"
import { Run } from "./frames.js"
import { momentOf } from "./moment.js"
import { wear } from "./page.js"
import { AccuracyChart } from "./present_chart.js"
import { percent } from "./words.js"

const PLAYS = 6000 // milliseconds in which a scene is played from its run's beginning
const calm = matchMedia("(prefers-reduced-motion: reduce)")
const shows = new WeakMap()

/** What Streamlit calls. */
export async function mount({ data, parentElement, setTriggerValue }) {
  await Promise.all([wear("stage.css"), wear("present.css")])
  if (shows.has(parentElement)) shows.get(parentElement).wear()
  else {
    const show = new Presenter(parentElement, data.scenes, { leave: at => setTriggerValue("left", at), runOf: fetched })
    shows.set(parentElement, show)
    show.open(data.first ?? 0)
  }
  return () => setTimeout(() => parentElement.isConnected || shows.get(parentElement)?.close(), 100)
}

/** A run from the server, whole; null if it is not there any more. */
async function fetched(id) {
  const run = new Run(id)
  return (await fetchRun(run)) ? run : null
}

export class Presenter {
  #at = 0
  #runs = new Map() // number → what `runOf` promised
  #playing = 0
  #shown = 0 // counts scenes, so that a run that comes late is not drawn into the next one

  /** `scenes` are {run, step, view, sentence}; `runOf(run)` gives a Run or a promise of one. */
  constructor(holder, scenes, { runOf, leave }) {
    Object.assign(this, { scenes, runOf, leave })
    this.sentence = h("h1", { class: "tl-sentence", "aria-live": "polite" })
    this.left = h("div", { class: "tl-left" })
    this.target = h("strong", { class: "tl-figure-large" })
    this.more = h("p", { class: "tl-beside-large" })
    this.chart = new AccuracyChart()
    const side = h("div", { class: "tl-scene-side" }, h("p", { class: "tl-named" }, "Target accuracy"), this.target, this.more, this.chart.element)
    this.dots = h("nav", { class: "tl-dots", "aria-label": "Scenes" })
    this.hint = h("p", { class: "tl-hint" }, "← → scene · Space play · F full screen · Esc leave")
    this.stage = h("div", { class: "tl-stage tl-scene" }, this.sentence, h("div", { class: "tl-scene-main" }, this.left, side), h("footer", { class: "tl-scene-foot" }, this.dots, this.hint))
    this.dialog = h("dialog", { class: "tl-present", "aria-label": "Presentation", "data-testid": "present", tabindex: "-1" }, this.stage)
    this.big = new BigView(this.left, { onView() {}, onUmap() {} })
    this.big.map.canvas.removeAttribute("tabindex") // the arrows turn scenes
    this.exhibits = new Exhibits(this.left)
    this.dialog.addEventListener("cancel", event => (event.preventDefault(), this.close()))
    this.dialog.addEventListener("keydown", event => this.#key(event))
    // In full screen the browser keeps Esc for itself: leaving that way is leaving.
    this.unfilled = () => !document.fullscreenElement && this.full && this.close()
    document.addEventListener("fullscreenchange", this.unfilled)
    this.sized = new ResizeObserver(() => this.#draw(false))
    this.sized.observe(this.left)
    holder.append(this.dialog)
  }

  open(at) {
    this.dialog.showModal()
    this.dialog.focus()
    this.dots.replaceChildren(...this.scenes.map(({ sentence }, k) =>
      h("button", { type: "button", "aria-label": `Scene ${k + 1} of ${this.scenes.length}: ${sentence}`, onclick: () => this.go(k), onmousedown: event => event.preventDefault() })))
    this.#fill() // only right after a press; F does it later
    this.go(at)
  }

  /** The theme may have changed: what is drawn by pixels is drawn anew. */
  wear() {
    requestAnimationFrame(() => this.#draw(false))
  }

  close() {
    clearInterval(this.#playing)
    if (!this.dialog.open) return
    this.dialog.close()
    this.full = false
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {})
    this.leave(this.#at)
  }

  #fill() {
    document.documentElement.requestFullscreen?.().then(() => (this.full = true), () => {})
  }

  #unfill() {
    this.full = false
    document.exitFullscreen().catch(() => {})
  }

  /** On to scene `at`, as far as there are any. */
  async go(at) {
    this.#stop()
    this.#at = Math.max(0, Math.min(at, this.scenes.length - 1))
    const [scene, turn] = [this.scenes[this.#at], ++this.#shown]
    for (const [k, dot] of [...this.dots.children].entries()) mark(dot, "aria-current", k === this.#at)
    text(this.sentence, scene.sentence)
    if (!this.#runs.has(scene.run)) this.#runs.set(scene.run, this.runOf(scene.run))
    const run = await this.#runs.get(scene.run)
    if (turn !== this.#shown) return
    this.run = run
    this.step = scene.step
    this.big.choose(scene.view === "exhibits" ? null : scene.view)
    mark(this.left, "data-exhibits", scene.view === "exhibits" ? "larger" : "")
    mark(this.left, "data-with", scene.view === "exhibits" ? "exhibits" : "view")
    mark(this.dialog, "data-scene", this.#at)
    this.#draw(false)
  }

  #draw(animate) {
    if (this.run === undefined || !this.left.clientWidth) return
    mark(this.dialog, "data-ready", this.run !== null)
    if (this.run === null) return void text(this.more, "This run was deleted.")
    const moment = momentOf(this.run, this.step, { ghost: null, theme: theme(this.dialog), animate })
    const at = { ...moment, ...(this.step >= this.run.row.step && { until: Infinity, ...accuracies(this.run, Infinity) }) }
    this.big.show(at)
    this.exhibits.show(at)
    text(this.target, percent(at.target))
    text(this.more, [`source ${percent(at.source)}`, at.frame?.gap.judge == null ? "" : `judge ${percent(at.frame.gap.judge)}`].filter(Boolean).join(" · "))
    this.chart.show(at)
    mark(this.dialog, "data-step", moment.step)
  }

  /** The scene's run from its first picture to the scene's own moment; a second time: stop there. */
  play() {
    if (this.#playing) return this.go(this.#at)
    const { step } = this.scenes[this.#at]
    const frames = (this.run?.frames ?? []).filter(frame => frame.step <= step)
    if (frames.length < 2) return
    let k = 0
    const next = () => {
      if (k >= frames.length) return this.go(this.#at)
      this.step = frames[k++].step
      this.#draw(!calm.matches)
    }
    this.#playing = setInterval(next, Math.max(60, PLAYS / frames.length))
    next()
  }

  #stop() {
    clearInterval(this.#playing)
    this.#playing = 0
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, [role=tab], canvas:focus-visible")) return
    const whole = () => (document.fullscreenElement ? this.#unfill() : this.#fill())
    const does = {
      ArrowRight: () => this.go(this.#at + 1), PageDown: () => this.go(this.#at + 1), ArrowLeft: () => this.go(this.#at - 1),
      PageUp: () => this.go(this.#at - 1), Home: () => this.go(0), End: () => this.go(this.scenes.length - 1), " ": () => this.play(), f: whole, Escape: () => this.close(),
    }[event.key]
    if (!does || (event.key === " " && event.target.closest("button"))) return
    event.preventDefault()
    event.stopPropagation()
    does()
  }
}

const accuracies = (run, until) => ({ source: run.value("source_accuracy", until), target: run.value("target_accuracy", until) })

/** A button that opens a presentation. */
export const presentButton = onclick => h("button", { type: "button", class: "tl-button", onclick }, icon("play"), "Present")
