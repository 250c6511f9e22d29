// Other seeds of the run on show: their mean and its 95 % t-interval at every step, as a band behind the curves.

import { title } from "./words.js"

const EVERY = 3000 // milliseconds between two looks while runs of the same experiment are on their way
const FEWEST = 3 // seeds for a band: that of two covers nearly everything
const SLOWLY = 15_000 // … and while none is: somebody may start some

/** Asks the server for the band of whatever run is on show; what it got last is in `band`. */
export class Seeds {
  #run = null
  #next = 0

  constructor() {
    this.band = null
  }

  /** Called with every moment that is drawn; looks rarely, and never twice at once. `changed` is told of news. */
  look({ run }, changed) {
    if (run.id !== this.#run) Object.assign(this, { band: null })
    if (run.id !== this.#run) this.#next = 0
    this.#run = run.id
    if (run.id == null || performance.now() < this.#next || !location.protocol.startsWith("http")) return
    this.#next = Infinity
    this.#ask(run, changed)
  }

  async #ask(run, changed) {
    let band = null
    try {
      const answer = await fetch(new URL(`api/runs/${run.id}/seeds`, document.baseURI))
      band = answer.ok ? await answer.json() : null
    } catch {
      band = null // no server: the curves stand as they are
    }
    if (run.id !== this.#run) return
    const rest = band?.waiting || !run.ended ? EVERY : SLOWLY
    this.#next = performance.now() + rest
    setTimeout(() => run.id === this.#run && changed(), rest + 50)
    const news = JSON.stringify(band) !== JSON.stringify(this.band)
    this.band = band
    if (news) changed()
  }
}

/** How many seeds stand behind the curves, in words. */
export function seedsSaid(band) {
  if (!band?.steps?.length) return "one run"
  return `${band.seeds.length} seeds: ${band.seeds.length < FEWEST ? "their mean; an interval that tells something takes three" : "mean and 95 % t-interval"}`
}

/** Traces of the band: for each side the interval as an area, and the mean as a line. */
export function bandLines(band, theme) {
  if (!band?.steps?.length) return []
  const fill = theme.dark ? "rgba(120,180,235,.22)" : "rgba(0,114,178,.16)"
  const ink = theme.dark ? "#78b4eb" : "#0072b2"
  return Object.entries(band.curves).flatMap(([name, { mean, low, high }]) => {
    const words = `${title(name.replace("_accuracy", ""))}, ${band.seeds.length} seeds`
    const told = mean.map((value, k) => `${(100 * value).toFixed(1)} % (${(100 * Math.max(0, low[k])).toFixed(1)}–${(100 * Math.min(1, high[k])).toFixed(1)} %, t, n ${band.seeds.length} seeds)`)
    const edge = { mode: "lines", line: { width: 0 }, hoverinfo: "skip", x: band.steps, name: `${words}, interval` }
    const area = band.seeds.length < FEWEST ? [] : [
      { ...edge, y: low.map(value => Math.max(0, value)) }, { ...edge, y: high.map(value => Math.min(1, value)), fill: "tonexty", fillcolor: fill },
    ]
    return [...area,
      { x: band.steps, y: mean, mode: "lines", name: words, line: { color: ink, width: 1.25, dash: name.startsWith("target") ? "dash" : "solid" }, customdata: told, hovertemplate: "%{customdata}" },
    ]
  })
}
