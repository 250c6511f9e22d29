// Alerts: what a person should look at in a run, and what to do about it with one press. A button in the transport bar
// counts them; the panel above it lists them. What each kind means is one press away.

import { definition, h, mark, text } from "./elements.js"
import { count, together } from "./words.js"

const LEVELS = { error: ["■", "Error"], warn: ["▲", "Warning"], info: ["●", "Note"] }
const ANNOUNCE = 10_000 // milliseconds between two announcements to screen readers
const NOTHING = "Nothing about this run's numbers looks wrong."
const narrow = matchMedia("(max-width: 1000px)")
const name = alert => `${alert.key}:${alert.step}`
const many = (number, one) => `${number} ${one}${number === 1 ? "" : "s"}`

export class Alerts {
  #run = null
  #still = false // nothing can be started from here
  #told = "" // what the list was made of
  #closed = new WeakMap() // run → names of alerts that were closed
  #heard = new WeakMap() // run → names of alerts that the panel has opened for, or that were announced
  #pending = [] // sentences to announce
  #announced = -ANNOUNCE
  #timer = 0

  /** `act`: seek(step), retry(alert's remedy), log() → {reason, lines}. */
  constructor(holder, bar, act) {
    this.act = act
    this.glyph = h("span", { class: "tl-alert-glyph", "aria-hidden": "true" })
    this.words = h("span", { class: "tl-alert-words" })
    this.number = h("span", { class: "tl-alert-number", "aria-hidden": "true" })
    this.button = h("button", { type: "button", class: "tl-key tl-alerts-button", "aria-expanded": "false", "aria-controls": "tl-alerts", onclick: () => this.#fold(!this.panel.hidden), onmousedown: event => event.preventDefault() }, this.glyph, this.words, this.number)
    this.list = h("ul", {})
    this.nothing = h("p", { class: "tl-soft" }, NOTHING)
    this.live = h("div", { class: "tl-hidden", role: "status", "aria-live": "polite" })
    const tools = h("span", { class: "tl-tools" }, ...definition("Alerts", () => this.#meanings()), h("button", { type: "button", class: "tl-link", onclick: () => this.#fold(true) }, "Fold"))
    this.panel = h("section", { class: "tl-alerts", id: "tl-alerts", "aria-label": "Alerts", hidden: true, onkeydown: event => this.#key(event) }, h("div", { class: "tl-title" }, h("h3", {}, "Alerts"), tools), this.nothing, this.list)
    bar.append(this.button)
    holder.append(this.panel, this.live)
  }

  dispose() {
    clearTimeout(this.#timer)
  }

  show({ run }, still) {
    this.#still = still
    const closed = this.#closed.get(run) ?? new Set()
    const alerts = (run.alerts ?? []).filter(alert => !closed.has(name(alert)))
    const told = JSON.stringify([run.id, alerts, still])
    if (told === this.#told) return
    this.#told = told
    if (this.#run !== run) this.#leave()
    this.#run = run
    this.#count(alerts)
    // Kept where they are, so that neither the focus nor an open log is lost when another one comes.
    const lines = new Map([...this.list.children].map(line => [line.dataset.told, line]))
    this.list.replaceChildren(...alerts.map(alert => lines.get(JSON.stringify([run.id, alert])) ?? this.#line(alert)))
    this.#notice(alerts)
  }

  /** What was said of another run is no longer said. */
  #leave() {
    clearTimeout(this.#timer)
    this.#pending = []
    text(this.live, "")
    this.#fold(true)
  }

  #count(alerts) {
    const first = Object.keys(LEVELS).find(level => alerts.some(alert => alert.level === level))
    const [glyph, word] = LEVELS[first] ?? ["✓", ""]
    const same = alerts.filter(alert => alert.level === first).length
    text(this.glyph, glyph)
    text(this.words, first ? many(same, word.toLowerCase()) + (alerts.length > same ? ` + ${alerts.length - same}` : "") : "No alerts")
    text(this.number, String(alerts.length))
    mark(this.button, "data-level", first ?? "none")
    mark(this.button, "aria-label", first ? `Alerts: ${alerts.map(({ level, title }) => `${LEVELS[level][1]}: ${title}`).join(", ")}` : "No alerts")
    this.button.title = first ? "Alerts of this run" : NOTHING
    this.nothing.hidden = !!first
    if (!first) this.#fold(true)
  }

  /** Escape folds the panel, or closes what is open over it. (What such a handler returns may forbid a key.) */
  #key({ key }) {
    if (key === "Escape" && !this.panel.querySelector(":popover-open")) this.#fold(true)
  }

  #fold(away) {
    if (away && this.panel.contains(document.activeElement)) this.button.focus()
    this.panel.hidden = away
    mark(this.button, "aria-expanded", !away)
  }

  /** A new error opens the panel where there is room; whatever is new is announced, at most every ten seconds. */
  #notice(alerts) {
    const heard = this.#heard.get(this.#run) ?? new Set()
    this.#heard.set(this.#run, heard)
    const news = alerts.filter(alert => !heard.has(name(alert)))
    if (!news.length) return
    if (news.some(({ level }) => level === "error") && !narrow.matches) this.#fold(false)
    for (const alert of news) heard.add(name(alert))
    this.#pending = [...this.#pending, ...news.map(({ level, sentence }) => `${LEVELS[level][1]}: ${sentence}`)]
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#announce(), Math.max(0, ANNOUNCE - (performance.now() - this.#announced)))
  }

  #announce() {
    this.#announced = performance.now()
    text(this.live, this.#pending.splice(0).join(" "))
  }

  #line(alert) {
    const [glyph, word] = LEVELS[alert.level]
    const steps = alert.until == null ? `from step ${count(alert.step)}` : `steps ${count(alert.step)} to ${count(alert.until)}`
    const step = h("button", { type: "button", class: "tl-link", title: "Show this step on the timeline", onclick: () => this.act.seek(alert.step) }, alert.level === "error" ? `step ${count(alert.step)}` : steps)
    const close = h("button", { type: "button", class: "tl-link tl-alert-close", "aria-label": `Close: ${alert.title}`, onclick: () => this.#close(alert) }, "Close")
    const line = h("li", { "data-level": alert.level, "data-key": alert.key, "data-told": JSON.stringify([this.#run.id, alert]) },
      h("p", { class: "tl-alert-head" }, h("span", { class: "tl-alert-glyph", "aria-hidden": "true" }, glyph), h("strong", {}, `${word}: ${alert.title}`), step, close),
      h("p", {}, together(alert.sentence)))
    const acts = alert.remedies.filter(({ act }) => !this.#still || act === "show").map(remedy => this.#remedy(remedy, line))
    if (alert.lesson && !this.#still) acts.push(this.#lesson(alert.lesson))
    if (acts.length) line.append(h("div", { class: "tl-alert-acts" }, ...acts))
    return line
  }

  #remedy(remedy, line) {
    const does = { show: () => this.act.seek(remedy.step), log: () => this.#log(line) }[remedy.act] ?? (() => this.#start(remedy, button))
    const button = h("button", { type: "button", class: "tl-button", onclick: does }, remedy.words)
    return button
  }

  async #start(remedy, button) {
    button.disabled = true
    await this.act.order(remedy.act)
    button.disabled = false
  }

  /** The log in full; pressed again, it goes. */
  async #log(line) {
    const open = line.querySelector("pre")
    if (open) return open.remove()
    const { reason, lines, error } = await this.act.log()
    const told = lines?.length ? lines.join("\n") : (reason || error || "Nothing was written.")
    if (!line.querySelector("pre")) line.append(h("pre", { class: "tl-alert-log", tabindex: "0", "aria-label": "Log" }, told))
  }

  #lesson(key) {
    const words = this.#run.about.lessons?.[key] ?? "The lesson on this"
    return h("a", { class: "tl-alert-lesson", href: new URL(`?lesson=${key}`, document.baseURI).href, target: "_blank", rel: "noopener" }, words)
  }

  #close(alert) {
    const closed = this.#closed.get(this.#run) ?? new Set()
    this.#closed.set(this.#run, closed.add(name(alert)))
    this.button.focus()
    this.show({ run: this.#run }, this.#still)
  }

  #meanings() {
    const here = new Set((this.#run?.alerts ?? []).map(({ key }) => key))
    const all = Object.entries(this.#run?.about.alerts ?? {})
    return [...all.filter(([key]) => here.has(key)), ...all.filter(([key]) => !here.has(key))].map(([, meaning]) => meaning)
  }
}
