// Accuracy and loss over steps. Plotly draws them; zoom and legend belong to the user and survive new data.

import { definition, h, tableTwin, text } from "./elements.js"
import { accuracy, flagged, keptAt } from "./honest.js"
import { accuracyLines, belongs, called, eventMarks, heading, inSight, lossLines, named } from "./lines.js"
import { Seeds, bandLines, seedsSaid } from "./seeds.js"
import { definitions, small, title } from "./words.js"

const EVERY = 200 // milliseconds between two drawings
const MARGIN = { l: 44, r: 92, t: 6, b: 24 }
let plotly = null

/** Plotly's bundle, once for the page. */
function load() {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly)
    const script = h("script", { src: new URL("plotly.min.js", import.meta.url).href })
    script.onload = () => resolve(window.Plotly)
    script.onerror = reject
    document.head.append(script)
  })
  return plotly
}

export class Curves {
  #moment = null
  #drawn = 0
  #timer = 0

  constructor(holder) {
    this.seeds = new Seeds()
    this.panels = [new Panel(holder, "Accuracy", "accuracy", accuracyLines), new Panel(holder, "Loss", "loss", lossLines)]
  }

  /** Draw soon: new data comes in faster than anyone can look. */
  show(moment) {
    this.#moment = moment
    const rest = EVERY - (performance.now() - this.#drawn)
    if (!this.#timer) this.#timer = setTimeout(() => this.#draw(), Math.max(0, rest))
  }

  async #draw() {
    const library = await load()
    this.#timer = 0
    this.#drawn = performance.now()
    this.seeds.look(this.#moment, () => this.show(this.#moment))
    for (const panel of this.panels) panel.draw(library, this.#moment, this.seeds.band)
  }
}

/** One chart with its table twin and its definitions. */
class Panel {
  #run = null
  #follow = 0 // changes when the user wants to follow again: Plotly then forgets the zoom
  #moment = null
  #band = null // of all seeds of the experiment
  #hidden = new Set() // names of lines that the user has put away

  constructor(holder, name, what, lines) {
    Object.assign(this, { name, what, lines, log: false })
    this.plot = h("div", { class: "tl-plot", role: "img", "aria-label": name })
    this.pill = h("button", { type: "button", class: "tl-pill", hidden: true, onclick: () => this.#back() }, "New data →")
    this.tools = h("span", { class: "tl-tools" })
    this.beside = h("p", { class: "tl-beside", hidden: what !== "accuracy" })
    this.card = h("section", { class: "tl-panel", "aria-label": name }, h("div", { class: "tl-title" }, h("h3", {}, name), this.tools), this.beside, this.plot, this.pill)
    this.twin = tableTwin(this.card, this.plot, () => this.#rows())
    if (what === "loss") this.tools.append(this.#logButton())
    this.tools.append(this.twin.button, ...definition(name, () => (this.#run ? definitions(this.#run)[what] : [])))
    holder.append(this.card)
  }

  draw(library, moment, band = this.#band) {
    this.#band = band
    if (this.#run !== moment.run) this.#follow++
    this.#run = moment.run
    this.#moment = moment
    this.#beside(moment)
    this.twin.fill()
    if (this.plot.hidden || !this.plot.clientWidth) return
    const { traces, notes } = this.lines(moment)
    if (this.what === "accuracy") traces.unshift(...bandLines(band, moment.theme))
    for (const trace of traces) trace.visible = this.#hidden.has(heading(trace.name)) ? "legendonly" : true
    const layout = this.#layout(moment, traces, notes)
    const low = layout.yaxis.range[0]
    const events = eventMarks(moment, this.log ? 10 ** low : low)
    layout.annotations.push(...events.names)
    library.react(this.plot, [...traces, ...events.traces], layout, CONFIG())
    this.plot.setAttribute("aria-label", `${this.name}: ${notes.map(note => note.text).join(", ")}`)
    const range = this.plot._fullLayout?.xaxis.range
    this.pill.hidden = !this.#zoomed || !range || range[1] >= moment.run.row.step
    if (!this.listening) this.#listen(library)
  }

  /** What a validator has picked, beside the title of the accuracies. */
  #beside({ run, until }) {
    if (this.what !== "accuracy") return
    const kept = keptAt(run, until)
    text(this.beside, [seedsSaid(this.#band).split(":")[0], kept && `☆ ${kept.words}`].filter(Boolean).join(" · "))
    this.beside.title = `${title(seedsSaid(this.#band))}. ${run.about.keeps?.means ?? ""}${kept?.graded ?? ""}`
  }

  get #zoomed() {
    const range = this.plot._fullLayout?.xaxis.range
    return !!range && Math.abs(range[1] - Math.max(this.#run.row.steps, 1)) > 1e-6
  }

  #listen(library) {
    this.listening = true
    this.library = library
    // Not Plotly's own event: names are drawn anew while a click is under way.
    this.plot.addEventListener("pointerdown", ({ target }) => this.#toggle(target.closest(".annotation-text-g")?.textContent))
    this.plot.on("plotly_doubleclick", () => this.#back() ?? false)
    new ResizeObserver(() => !this.plot.hidden && this.plot.clientWidth && library.Plots.resize(this.plot)).observe(this.plot)
  }

  #toggle(name) {
    if (!name) return
    if (!this.#hidden.delete(name)) this.#hidden.add(name)
    this.draw(this.library, this.#moment)
  }

  #back() {
    this.#follow++
    this.draw(this.library, this.#moment)
  }

  #logButton() {
    const button = h("button", { type: "button", class: "tl-link", "aria-pressed": "false" }, "Log scale")
    button.onclick = () => {
      this.log = !this.log
      this.#follow++
      button.setAttribute("aria-pressed", String(this.log))
      if (this.library) this.draw(this.library, this.#moment)
    }
    return button
  }

  /** Made anew each time: Plotly writes into the layout that it is given. */
  #layout({ run, step, theme, live }, traces, notes) {
    const axis = { gridcolor: theme.faint, linecolor: theme.faint, zeroline: false, tickfont: { size: 12, color: theme.soft }, automargin: false, exponentformat: "power" }
    const accuracy = this.what === "accuracy"
    const { range, above } = accuracy ? { range: [-0.02, 1.04], above: 0 } : inSight(traces.filter(trace => trace.visible === true), this.log)
    const ticks = accuracy ? { tickformat: ".0%", tickvals: [0, 0.25, 0.5, 0.75, 1] } : { type: this.log ? "log" : "linear", nticks: 5 }
    const names = named(notes, range, this.log, Math.max(40, this.plot.clientHeight - MARGIN.t - MARGIN.b), this.#hidden)
    if (above) names.push({ text: `▲ ${above} above`, xref: "paper", yref: "paper", x: 0.5, y: 1, yanchor: "top", showarrow: false, font: { size: 12, color: theme.soft } })
    const shapes = live ? [] : [{ type: "line", x0: step, x1: step, yref: "paper", y0: 0, y1: 1, line: { color: theme.ink, width: 1 } }]
    return {
      autosize: true, uirevision: `${run.id} ${this.#follow}`, showlegend: false, hovermode: "x unified", dragmode: "zoom",
      margin: { ...MARGIN }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: theme.font, size: 12, color: theme.ink },
      hoverlabel: { bgcolor: theme.ground, font: { color: theme.ink, size: 12 }, bordercolor: theme.faint },
      xaxis: { ...axis, range: [0, Math.max(run.row.steps, 1)], nticks: 5 }, yaxis: { ...axis, ...ticks, range }, shapes, annotations: names,
    }
  }

  #rows() {
    const names = [...(this.#run?.series.keys() ?? [])].filter(name => belongs(this.what, name))
    const at = this.#run?.series.get(names[0])?.steps ?? []
    const every = Math.max(1, Math.ceil(at.length / 40))
    const accuracies = this.what === "accuracy"
    const said = (name, step) => (accuracies ? accuracy(this.#run, name, step) : small(this.#run.value(name, step)))
    const steps = at.filter((_, k) => k % every === 0 || k === at.length - 1)
    const head = name => called(this.#run, name) + (accuracies && flagged(name) ? " ⚑" : "")
    const kept = accuracies ? keptAt(this.#run)?.step : null
    const begun = step => (this.#run?.phases ?? []).filter(({ step: at }) => at < step && !steps.some(other => other < step && other > at)).map(({ begins }) => ` ${begins}`)
    return [["Step", ...names.map(head)], ...steps.map(step => [(step === kept ? `${step} ☆` : `${step}`) + begun(step), ...names.map(name => said(name, step))])]
  }
}

const CONFIG = () => ({
  displaylogo: false, responsive: false, doubleClick: false, showSendToCloud: false, displayModeBar: false, scrollZoom: false,
  modeBarButtonsToRemove: ["sendChartToCloud"],
})
