// The line on top: the verdict, the three numbers with their sparklines, and what is going on.

import { h, mark, text } from "./elements.js"
import { between, sure } from "./honest.js"
import { count, device, duration, percent, together } from "./words.js"

const FURTHER = ["harmonic_mean", "unknown_auroc", "target_nmi"] // of an exam, beside accuracy
const FURTHER_SHORT = { harmonic_mean: "Harmonic mean", unknown_auroc: "Unknown noticed", target_nmi: "Information" }
const ANNOUNCE = 10_000 // milliseconds between two announcements to screen readers

export class Header {
  #announced = 0
  #said = ""
  #complaint = { until: 0 }

  constructor(holder, { onResume }) {
    this.headline = h("h2", { class: "tl-headline" })
    this.detail = h("p", { class: "tl-detail" })
    this.live = h("div", { class: "tl-hidden", role: "status", "aria-live": "polite" })
    this.numbers = [
      new Figure("Source", "source_accuracy", "Accuracy on held-out source images", []),
      new Figure("Target", "target_accuracy", "Accuracy on held-out target images", [4, 2.5]),
      new Figure("", null, "", [4, 2.5]),
      new Figure("Domain gap", null, "How often a judge tells the domains apart; 50 % = cannot", []),
    ]
    this.badge = h("strong", { class: "tl-badge" })
    this.progress = h("span", { class: "tl-step" })
    this.left = h("span", { class: "tl-soft" })
    this.room = h("span", { class: "tl-soft tl-room", role: "note" })
    this.resume = h("button", { type: "button", class: "tl-button", hidden: true, onclick: onResume })
    holder.append(
      h("header", { class: "tl-head" },
        h("div", { class: "tl-verdict" }, this.headline, this.detail),
        h("div", { class: "tl-figures" }, ...this.numbers.map(figure => figure.element)),
        h("div", { class: "tl-status", role: "group", "aria-label": "State of the run" }, this.badge, this.progress, this.left, this.room, this.resume)),
      this.live,
    )
  }

  show(moment) {
    const { verdict, frame, source, target, run, ghost, step } = moment
    mark(this.headline.parentElement, "data-tone", verdict?.tone ?? "wait")
    text(this.headline, together(verdict?.headline ?? ""))
    text(this.detail, together(verdict?.detail ?? ""))
    this.detail.title = verdict?.detail ?? ""
    const gaps = { steps: run.frames.map(({ step }) => step), values: run.frames.map(({ gap }) => (gap.judge == null ? null : 2 * gap.judge - 1)) } // 50 % is the floor
    const then = ghost?.frameAt(step)
    this.numbers[0].show(moment, source, run.series.get("source_accuracy"), ghost?.value("source_accuracy", step))
    this.numbers[1].show(moment, target, run.series.get("target_accuracy"), ghost?.value("target_accuracy", step))
    this.#exam(moment)
    this.numbers[3].show(moment, frame?.gap.judge, gaps, then?.gap.judge)
    this.#announce(run, verdict)
  }

  /** The number that this kind of exam adds, and how far chance may move the target's. */
  #exam(moment) {
    const { run, ghost, step, until } = moment
    const figure = this.numbers[2]
    const name = FURTHER.find(each => run.series.has(each))
    figure.element.hidden = !name
    const [words, about] = run.about.measures?.[name] ?? ["", ""]
    figure.call(FURTHER_SHORT[name] ?? words, `${words}: ${about}`)
    if (name) figure.show(moment, run.value(name, until), run.series.get(name), ghost?.value(name, step))
    const graded = "Measured with target labels ⚑, which nobody has in practice; no strategy has seen those of the exam."
    const [title, meaning] = run.about.oracle
      ? ["Target ⚑ oracle", `Accuracy on held-out test images of the target, after learning from all target labels: the ceiling, and no rival to the others. ${graded}`]
      : ["Target ⚑", `Accuracy on held-out test images of the target. ${graded}`]
    this.numbers[0].stand("Source", "Accuracy on held-out test images of the source.", sure(run, "source_accuracy", until))
    this.numbers[1].stand(title, meaning, sure(run, "target_accuracy", until))
  }

  /** What is going on with the wanted run; `stand` says what is shown until it has something to show. */
  status(run, { replay, lost, stand }) {
    const { row } = run
    const early = stand && row.status === "running" ? BADGES(row).starting : BADGES(row)[row.status]
    const [words, state] = replay ? ["Replay", "replay"] : run.gone ? ["Gone", "stop"] : lost ? ["Reconnecting", "lost"] : (early ?? [row.status, "wait"])
    text(this.badge, words)
    mark(this.badge, "data-state", state)
    text(this.progress, stand ? `until then: ${stand}` : row.steps ? `step ${count(row.step)} of ${count(row.steps)}` : "")
    if (performance.now() > this.#complaint.until) text(this.left, replay ? "a recorded run" : stand ? "" : pace(row, run.ended))
    text(this.room, replay || stand ? "" : (row.room ?? ""))
    this.resume.hidden = replay || !["crashed", "stopped"].includes(row.status) || row.step >= row.steps
    text(this.resume, `Resume from ${count(row.step)}`)
    this.badge.parentElement.title = row.note ?? ""
  }

  /** A sentence of the server that was asked for something it cannot do. */
  complain(words) {
    this.#complaint = { until: performance.now() + 6000 }
    text(this.left, words)
    text(this.live, words)
  }

  #announce(run, verdict) {
    const words = [verdict?.headline, run.ended ? `Run ${run.row.status}.` : ""].filter(Boolean).join(" ")
    const now = performance.now()
    if (words === this.#said || (now - this.#announced < ANNOUNCE && !run.ended)) return
    this.#announced = now
    this.#said = words
    text(this.live, words)
  }
}

function pace(row, ended) {
  if (ended) return row.seconds ? `in ${duration(row.seconds)}` : ""
  if (row.status === "running" && row.left != null) return `${duration(row.left)} left`
  return row.seconds ? `${duration(row.seconds)} so far` : ""
}

const BADGES = row => ({
  queued: ["Queued", "wait"],
  starting: ["Starting", "wait"],
  running: [row.want === "pause" ? "Pausing" : `Live on ${device(row.device)}`, "live"],
  paused: ["Paused", "paused"],
  finished: ["Finished", "done"],
  stopped: ["Stopped", "paused"],
  failed: ["Failed", "stop"],
  crashed: ["Crashed", "stop"],
})

/** A number with its name and its course. */
class Figure {
  constructor(name, series, help, dash) {
    Object.assign(this, { series, dash })
    this.number = h("span", { class: "tl-number" })
    this.ghost = h("span", { class: "tl-soft" })
    this.line = h("canvas", { class: "tl-spark", "aria-hidden": "true" })
    this.label = h("span", {}, name)
    this.items = h("span", { class: "tl-items" })
    this.element = h("div", { class: "tl-figure", title: help }, h("span", { class: "tl-label" }, this.label, this.items), this.number, this.line, this.ghost)
  }

  call(name, help) {
    text(this.label, name)
    this.element.title = help
  }

  /** Its name with how many images it is of, and under it how sure that is. */
  stand(name, help, found) {
    this.call(name, found ? `${help} ${found.items ? `n = ${found.items}, 95 % Wilson interval` : "95 % interval over episodes"}: ${between(found)}.` : help)
    text(this.items, found?.items ? `n\u00a0${found.items}` : "")
    text(this.ghost, [found && between(found), this.ghost.textContent].filter(Boolean).join(" · "))
  }

  show({ theme, run, step }, value, series, before) {
    text(this.number, percent(value))
    text(this.ghost, before == null ? "" : `ghost ${percent(before)}`)
    const [width, height, dots] = [this.line.clientWidth, this.line.clientHeight, devicePixelRatio || 1]
    if (!width) return
    Object.assign(this.line, { width: width * dots, height: height * dots })
    const pen = this.line.getContext("2d")
    pen.scale(dots, dots)
    Object.assign(pen, { strokeStyle: theme.ink, lineWidth: 1.5, lineJoin: "round" })
    pen.setLineDash(this.dash)
    const end = Math.max(run.row.steps, 1)
    pen.beginPath()
    series?.steps.forEach((at, k) => {
      if (at <= step && series.values[k] != null) pen.lineTo(1 + ((width - 3) * at) / end, height - 2 - (height - 4) * series.values[k])
    })
    pen.stroke()
  }
}
