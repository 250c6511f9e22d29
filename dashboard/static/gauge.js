// The gap gauge: how well a judge tells the domains apart, in words, beside what "no gap" looks like.

import { GAP } from "./colours.js"
import { definition, h, mark, tableTwin, text } from "./elements.js"
import { definitions, percent, small } from "./words.js"

const MOST_BARS = { short: 12, long: 6 } // of many classes, those with the largest gap; long names need more room
const LONG = 5 // letters
const place = judge => `${100 * Math.min(1, Math.max(0, (judge - 0.5) / 0.5))}%`

export class Gauge {
  #run = null

  constructor(holder) {
    this.value = h("span", { class: "tl-strong" })
    this.words = h("span", { class: "tl-soft" })
    this.fill = h("div", { class: "tl-fill" })
    this.interval = h("div", { class: "tl-interval" })
    this.zero = h("div", { class: "tl-null" })
    this.start = h("div", { class: "tl-was" })
    this.meter = h("div", { class: "tl-meter", role: "meter", "aria-label": "Domain gap: judge accuracy", "aria-valuemin": "50", "aria-valuemax": "100" }, this.fill, this.interval, this.zero, this.start)
    this.notes = h("div", { class: "tl-notes" })
    this.more = h("div", { class: "tl-notes" })
    this.bars = h("div", { class: "tl-bars", role: "list", "aria-label": "MMD per class" })
    this.drawing = h("div", { class: "tl-gauge" }, h("div", {}, this.value, this.words), this.meter,
      h("div", { class: "tl-scale" }, h("span", {}, "50 % cannot tell"), h("span", {}, "100 %")), this.notes, this.more, (this.classes = h("div", { class: "tl-classes" }, h("span", { class: "tl-soft" }, "MMD per class"), this.bars)))
    this.card = h("section", { class: "tl-panel tl-panel-gap", "aria-label": "Domain gap" })
    const what = definition("Domain gap", () => (this.#run ? definitions(this.#run).gap : []))
    this.card.append(h("div", { class: "tl-title" }, h("h3", {}, "Domain gap"), h("span", { class: "tl-tools" }, ...what)), this.drawing)
    this.twin = tableTwin(this.card, this.drawing, () => this.#rows())
    this.card.querySelector(".tl-tools").prepend(this.twin.button)
    holder.append(this.card)
  }

  show({ run, frame, verdict, colours, theme }) {
    this.#run = run
    this.frame = frame
    const gap = frame?.gap ?? {}
    const told = frame?.verdict ?? verdict
    const level = GAP[told?.gap_level] ?? GAP.unsure
    text(this.value, gap.judge == null ? "Not measured yet" : `${level.icon} Judge ${percent(gap.judge)}`)
    text(this.words, gap.judge == null ? "" : ` ${told?.gap_words ?? ""}`)
    this.fill.style.width = place(gap.judge ?? 0.5)
    this.fill.style.background = level.colour
    this.#span(this.interval, gap.judge_low, gap.judge_high)
    this.#tick(this.zero, gap.judge_null)
    this.#tick(this.start, told?.gap_was)
    mark(this.meter, "aria-valuenow", Math.round(100 * (gap.judge ?? 0.5)))
    mark(this.meter, "aria-valuetext", `${percent(gap.judge)}. ${told?.gap_words ?? ""}`)
    const was = told?.gap_was == null ? "" : `was ${percent(told.gap_was)} at step ${told.gap_was_step}`
    const none = gap.judge_null == null ? "" : `two halves of one domain: ${percent(gap.judge_null)}`
    text(this.notes, [was && `▲ ${was}`, none && `┆ ${none}`].filter(Boolean).join("  ·  "))
    text(this.more, gap.mmd == null ? "" : `MMD ${small(gap.mmd)} (same domain ${small(gap.mmd_null)})  ·  CORAL ${small(gap.coral)} (${small(gap.coral_null)})`)
    this.#classes(run, gap, colours)
    this.twin.fill()
  }

  #span(element, low, high) {
    element.hidden = low == null || high == null
    if (element.hidden) return
    element.style.left = place(low)
    element.style.width = `calc(${place(high)} - ${place(low)})`
  }

  #tick(element, value) {
    element.hidden = value == null
    if (value != null) element.style.left = place(value)
  }

  #classes(run, gap, colours) {
    const all = (run.scene?.classes ?? []).map((name, k) => [name, gap[`gap_class_${k}`], colours[k]]).filter(([, value]) => value != null)
    const long = all.some(([name]) => name.length > LONG)
    const room = MOST_BARS[long ? "long" : "short"]
    const values = all.length > room ? all.sort((a, b) => b[1] - a[1]).slice(0, room) : all
    mark(this.bars, "data-long", long && all.length > 2)
    this.classes.hidden = !values.length
    const most = Math.max(this.most ?? 0, ...values.map(([, value]) => value), 1e-6)
    this.most = this.mostOf === run ? most : Math.max(...values.map(([, value]) => value), 1e-6)
    this.mostOf = run
    if (this.bars.children.length !== values.length)
      this.bars.replaceChildren(...values.map(() => h("div", { role: "listitem", class: "tl-bar" }, h("span"), h("div", {}, h("i")))))
    values.forEach(([name, value, colour], k) => {
      const bar = this.bars.children[k]
      text(bar.firstChild, name)
      bar.title = `MMD within ${name}: ${small(value)}`
      bar.querySelector("i").style.width = `${(100 * Math.max(0, value)) / this.most}%`
      bar.querySelector("i").style.background = colour
    })
  }

  #rows() {
    const gap = this.frame?.gap ?? {}
    const rows = [["Measure", "Value", "Two halves of one domain"]]
    rows.push(["Judge", `${percent(gap.judge)} (${percent(gap.judge_low)} to ${percent(gap.judge_high)})`, percent(gap.judge_null)])
    rows.push(["Proxy A-distance", small(gap.proxy_a), ""], ["MMD", small(gap.mmd), small(gap.mmd_null)], ["CORAL", small(gap.coral), small(gap.coral_null)])
    const classes = this.#run?.scene?.classes ?? []
    return rows.concat(classes.map((name, k) => [`MMD, class ${name}`, small(gap[`gap_class_${k}`]), ""]))
  }
}
