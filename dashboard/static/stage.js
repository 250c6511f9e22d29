// The stage: takes packets in, chooses the one frame that is on show, and gives it to every view.

import { Alerts } from "./alerts.js"
import { BigView } from "./big_view.js"
import { theme } from "./colours.js"
import { Curves } from "./curves.js"
import { h, mark } from "./elements.js"
import { Exhibits } from "./exhibits.js"
import { LiveFeed, Recording, fetchLog, fetchRun, order } from "./feed.js"
import { Run } from "./frames.js"
import { Gauge } from "./gauge.js"
import { Header } from "./header.js"
import { describe, momentOf } from "./moment.js"
import { fromTop, wear } from "./page.js"
import { Transport } from "./transport.js"

const stages = new WeakMap()
const RECORDED = "first.bin"
const MOVING = 3 // pictures after which a run has been seen moving
const SLOW_SECONDS = 60 // a slowed run takes about so long
const calm = matchMedia("(prefers-reduced-motion: reduce)")

/** What Streamlit calls: at first, and again whenever the run or the theme changes. */
export async function mount({ data, parentElement, setTriggerValue }) {
  await wear("stage.css")
  let stage = stages.get(parentElement)
  if (!stage) stages.set(parentElement, (stage = new Stage(parentElement)))
  stage.restarted = run => setTriggerValue("restarted", run)
  stage.pinned = scene => setTriggerValue("scene", scene)
  stage.wear()
  stage.want(data ?? {})
  // An earlier call's clean-up may come while the stage is still in use: look before leaving.
  return () => setTimeout(() => parentElement.isConnected || stages.get(parentElement)?.dispose(), 100)
}

export class Stage {
  #asked = {} // what Streamlit asked for last
  #run = null // on show
  #next = null // wanted, until it has something to show
  #feed = null
  #recording = null
  #ghost = null
  #ghostOn = true
  #pinned = null // a step, while the timeline is held
  #replaying = 0
  #still = false // everything is here: nothing is asked of a server
  #lost = false
  #fullPace = null
  #queued = 0
  #moved = { step: null, times: 0 }

  constructor(parent) {
    this.root = h("div", { class: "tl-stage", "data-testid": "stage", "data-frames": "0" })
    const top = h("div", { class: "tl-top" })
    const main = h("div", { class: "tl-main" })
    const left = h("div", { class: "tl-left" })
    const side = h("div", { class: "tl-side" })
    const below = h("div", { class: "tl-below" })
    this.root.append(top, main, below)
    parent.append(this.root)
    this.header = new Header(top, { onResume: () => this.#order("resume") })
    main.append(left, side)
    this.big = new BigView(left, { onView: view => mark(this.root, "data-view", view), onUmap: () => this.#order("umap") })
    this.exhibits = new Exhibits(left)
    this.curves = new Curves(side)
    this.gauge = new Gauge(side)
    this.transport = new Transport(below, this.#acts())
    const log = () => fetchLog(this.#run)
    this.alerts = new Alerts(below, this.transport.bar, { seek: step => this.#seek(step), order: what => this.#order(what), log })
    this.fit = () => this.root.style.setProperty("--tl-offset", `${fromTop(this.root)}px`)
    addEventListener("resize", this.fit)
    requestAnimationFrame(this.fit)
  }

  dispose() {
    removeEventListener("resize", this.fit)
    clearInterval(this.#replaying)
    this.transport.dispose()
    this.alerts.dispose()
    this.#feed?.close()
    this.#recording?.close()
    stages.delete(this.root.parentElement)
    this.root.remove()
  }

  /** Put on the theme that Streamlit has now. */
  wear() {
    const now = theme(this.root)
    if (JSON.stringify(now) !== JSON.stringify(this.theme)) this.theme = now
    mark(this.root, "data-theme", now.dark ? "dark" : "light")
    this.#later(false)
  }

  want({ run = null, ghost = null }) {
    const old = this.#asked
    this.#asked = { run, ghost }
    if (old.run !== run) this.#follow(run)
    if (old.ghost !== ghost) this.#haunt(ghost)
  }

  /** Show a run that is all here, in a file that needs no server. */
  keep(run) {
    this.#still = true
    this.root.classList.add("tl-still")
    if (!run.umaps.length) this.root.classList.add("tl-mapless") // none is computed here
    this.#run = run
    this.#live()
  }

  #follow(id) {
    this.#feed?.close()
    this.#feed = null
    this.#lost = false
    if (id == null) return this.#record()
    if (this.#run?.id === id) return void (this.#next = null)
    if (!this.#run) this.#record() // something is alive while the run gets ready
    this.#next = new Run(id)
    this.#fullPace = null
    this.#feed = new LiveFeed(this.#next, {
      packet: run => this.#arrived(run),
      lost: lost => {
        if (lost !== this.#lost) this.#later(false)
        this.#lost = lost
      },
    })
    this.#later(false)
  }

  #record() {
    this.#run = new Run(null)
    this.#next = null
    this.#recording?.close()
    this.#recording = new Recording(this.#run, { packet: () => this.#later(true) })
    this.#recording.load(new URL(RECORDED, import.meta.url), calm.matches)
  }

  #arrived(run) {
    if (run === this.#next && (run.ready || run.gone)) {
      if (this.#run && this.#run.id != null && this.#asked.ghost == null) this.#ghost = this.#run
      this.#recording?.close()
      this.#recording = this.#next = null
      this.#run = run
      this.#live()
    }
    this.#later(true)
  }

  async #haunt(id) {
    this.#ghost = null
    if (id == null) return
    const ghost = new Run(id)
    if ((await fetchRun(ghost)) && this.#asked.ghost === id) this.#ghost = ghost
    this.#later(false)
  }

  /** Draw in the next animation frame, once, whatever has happened until then. */
  #later(animate) {
    this.animate = this.animate || animate
    if (!this.#queued) this.#queued = requestAnimationFrame(() => this.#draw())
  }

  #draw() {
    this.#queued = 0
    if (!this.#run || !this.theme) return
    const ghost = this.#ghostOn && this.#ghost?.id !== this.#run.id ? this.#ghost : null
    const moment = momentOf(this.#run, this.#pinned, { ghost, theme: this.theme, animate: this.animate })
    this.animate = false
    this.header.show(moment)
    this.header.status(this.#next ?? this.#run, {
      replay: this.#run.id == null && !this.#next, lost: this.#lost, stand: this.#next && (this.#run.id == null ? "a recorded run" : "the run before"),
    })
    this.big.show(moment)
    this.gauge.show(moment)
    this.exhibits.show(moment)
    this.transport.show(moment, this.#state())
    this.alerts.show(moment, this.#still || this.#run.id == null)
    if (this.#curvesMayCome(moment)) this.curves.show(moment)
    describe(this.root, moment, this.#next ?? this.#run, this.#ghost)
  }

  /** Reading Plotly's bundle stops everything for a second: a run is seen moving before. */
  #curvesMayCome({ frame, run: { row, ended } }) {
    if (row.step !== this.#moved.step) this.#moved = { step: row.step, times: this.#moved.times + 1 }
    return ended || (!!frame && (this.#moved.times >= MOVING || row.status !== "running"))
  }

  #state() {
    const { row, id } = this.#run
    const recording = id == null
    const running = recording ? !!this.#recording?.playing : ["running", "starting", "paused", "queued"].includes(row.status) && !this.#run.gone
    const paused = recording ? !!this.#recording && !this.#recording.playing : row.status === "paused"
    const goes = recording ? !!this.#recording?.playing : row.status === "running" || row.status === "starting"
    return {
      replay: recording, running: running || paused, paused, playing: !!this.#replaying || (goes && row.want !== "pause"),
      slow: recording ? !!this.#recording?.slow : this.#fullPace !== null, ghost: this.#ghostOn, hasGhost: !!this.#ghost,
    }
  }

  #acts() {
    return {
      toggle: () => this.#toggle(),
      step: () => this.#step(),
      slow: () => this.#slow(),
      restart: () => (this.#recording ? this.#recording.rewind() ?? this.#recording.play() : this.#order("restart")),
      stop: () => this.#feed?.send({ want: "stop" }),
      ghost: () => void (this.#ghostOn = !this.#ghostOn) ?? this.#later(false),
      seek: step => this.#seek(step),
      pin: () => this.#pin(),
      live: () => this.#live(),
    }
  }

  #toggle() {
    const { playing, running } = this.#state()
    if (this.#replaying) return this.#live()
    if (this.#recording) playing ? this.#recording.pause() : this.#recording.play()
    else if (!running) return this.#playAgain()
    else this.#feed?.send({ want: playing ? "pause" : "run" })
    this.#later(false)
  }

  /** One hundredth of the run, so that something is to be seen. */
  #step() {
    if (this.#recording) return this.#recording.step()
    const { status, steps } = this.#run.row
    if (status === "paused") this.#feed?.send({ budget: Math.max(1, Math.round(steps / 100)) })
  }

  #slow() {
    const { row } = this.#run
    if (this.#recording) this.#recording.slow = !this.#recording.slow
    else if (this.#fullPace === null) {
      this.#fullPace = { pace: row.pace ?? null }
      this.#feed?.send({ pace: Math.max(1, row.steps / SLOW_SECONDS) })
    } else {
      this.#feed?.send(this.#fullPace)
      this.#fullPace = null
    }
    this.#later(false)
  }

  /** A run that has ended is shown again from its frames. */
  #playAgain() {
    const { frames } = this.#run
    let k = 0
    const show = () => {
      if (k >= frames.length) return this.#live()
      this.#pinned = frames[k++].step
      this.#later(true)
    }
    this.#replaying = setInterval(show, Math.max(60, 6000 / Math.max(frames.length, 1)))
    show()
  }

  #seek(step) {
    clearInterval(this.#replaying)
    this.#replaying = 0
    this.#pinned = this.#run.frameAt(step)?.step ?? null
    this.#later(false)
  }

  /** What is on show now, as a scene to present: this run at this step in this view, and a sentence to it. */
  #pin() {
    if (this.#run.id == null || this.#still) return
    const { step, verdict } = momentOf(this.#run, this.#pinned, { ghost: null, theme: this.theme, animate: false })
    const larger = this.exhibits.holder.dataset.exhibits === "larger"
    this.pinned?.({ run: this.#run.id, step, view: larger ? "exhibits" : this.big.shown, sentence: verdict?.headline ?? "" })
    this.transport.said("Scene pinned.")
  }

  #live() {
    clearInterval(this.#replaying)
    this.#replaying = 0
    this.#pinned = null
    this.#later(true)
  }

  async #order(what) {
    if (this.#still) return
    const { run, error } = await order(this.#run, what)
    if (error) this.header.complain(error)
    else if (run !== this.#run.id) {
      this.#follow(run)
      this.restarted?.(run)
    }
  }
}
