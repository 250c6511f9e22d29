// The one moment that all views show: a run, a frame of it, and every number of that frame's step.

import { classColours } from "./colours.js"
import { mark } from "./elements.js"

/** The latest moment, or with `pinned` the one at that step. Nothing in it changes afterwards. */
export function momentOf(run, pinned, { ghost, theme, animate }) {
  const live = pinned == null
  const frame = live ? run.last : run.frameAt(pinned)
  const atEnd = live && (run.ended || !frame)
  const step = atEnd ? run.row.step : (frame?.step ?? 0)
  const until = atEnd ? Infinity : step
  const verdict = run.gone ? farewell(run) : atEnd || !frame ? run.verdict : frame.verdict
  const colours = classColours(run.scene?.classes?.length ?? 2, theme.dark)
  const [source, target] = [run.value("source_accuracy", until), run.value("target_accuracy", until)]
  return Object.freeze({ run, ghost, live, frame, step, until, verdict, source, target, colours, theme, animate, steps: run.row.steps })
}

const farewell = run => ({ headline: run.gone, detail: run.frames.length ? "Its numbers stay on this page until you leave." : "", tone: "stop" })

/** Say on the root what is shown, for tests and for whoever looks into the page. */
export function describe(root, { run, step, live }, wanted, ghost) {
  const status = run.gone ? "gone" : wanted.id == null ? "replay" : wanted.row.status
  const facts = {
    run: run.id ?? "", wanted: wanted.id ?? "", step, last: run.row.step, frames: run.frames.length,
    exhibits: run.exhibits.size, status, mode: run.id == null ? "replay" : "live", held: !live, ghost: ghost?.id ?? "",
  }
  for (const [name, value] of Object.entries(facts)) mark(root, `data-${name}`, value)
}
