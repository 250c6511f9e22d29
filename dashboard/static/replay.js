// A run in a file: everything is in the page, nothing is asked of anyone. See dashboard/replaying.py.

import { Run } from "./frames.js"
import { recorded } from "./packet.js"
import { Presenter, presentButton } from "./present.js"
import { Stage } from "./stage.js"

const within = id => document.getElementById(id)?.textContent ?? ""

/** What lies in an element as gzip in base64. */
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(within(id).trim()), letter => letter.charCodeAt(0))
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))
}

const told = JSON.parse(within("told"))
const runs = new Map()

/** A run of this file, read when it is first wanted. */
function runOf(id) {
  if (!runs.has(id)) runs.set(id, read(id))
  return runs.get(id)
}

async function read(id) {
  if (!told.runs.includes(id)) return null
  const run = new Run(id)
  for (const { packet } of recorded(await (await unpacked(`run-${id}`)).arrayBuffer())) run.take(packet)
  return run
}

function wearTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light"
  stage?.wear()
}

let stage = null
const script = document.createElement("script") // Plotly; it expects to be a script of the page
script.textContent = await (await unpacked("plotly")).text()
document.head.append(script)

const shows = told.scenes.length && new Presenter(document.body, told.scenes, { runOf, leave: () => {} })
const bar = document.getElementById("bar")
if (shows) bar.append(presentButton(() => shows.open(0)))
const dark = matchMedia("(prefers-color-scheme: dark)")
wearTheme(dark.matches)
const turn = document.createElement("button")
Object.assign(turn, { type: "button", className: "tl-button", textContent: "Light or dark" })
turn.onclick = () => wearTheme(document.documentElement.dataset.theme === "light")
bar.append(turn)

stage = new Stage(document.getElementById("stage"))
stage.wear()
stage.keep(await runOf(told.first))
document.getElementById("opening").remove()
document.documentElement.dataset.ready = "true"
