// Samples: held-out images with what the network says about them. The same images in every frame.

import { h, mark, text } from "./elements.js"
import { drawThumb } from "./point_card.js"
import { percent } from "./words.js"

export class Samples {
  #cards = []
  #scene = null

  constructor(holder) {
    this.element = h("div", { class: "tl-samples", tabindex: "0", role: "list", "aria-label": "Held-out images with predictions" })
    holder.append(this.element)
  }

  show({ run: { scene }, frame, colours }) {
    if (!scene?.thumbs) return
    if (scene !== this.#scene) this.#make(scene)
    for (const { item, element, said } of this.#cards) {
      const [label, guess] = [scene.label.data[item], frame?.predicted?.data[item]]
      const sure = frame?.confidence ? ` · ${percent(frame.confidence.data[item] / 255)}` : ""
      element.style.setProperty("--tl-class", colours[label])
      mark(element, "data-wrong", guess != null && guess !== label)
      text(said, guess == null ? "–" : `${guess === label ? "" : "✕ "}${scene.classes[guess]}${sure}`)
    }
  }

  #make(scene) {
    this.#scene = scene
    this.#cards = []
    const ids = [...scene.thumb_ids.data]
    const rows = [["● Source", 0, 10], ["✕ Target", 1, 40]].map(([words, side, most]) => {
      const chosen = spread(ids.map((item, place) => ({ item, place })).filter(({ item }) => scene.domain.data[item] === side), most)
      const name = side ? scene.target : scene.source
      return h("section", {}, h("h4", {}, `${words}: ${name ?? ""}`), h("div", { class: "tl-strip" }, ...chosen.map(each => this.#card(scene, each))))
    })
    this.element.replaceChildren(...rows)
  }

  #card(scene, { item, place }) {
    const picture = h("canvas", { "aria-hidden": "true" })
    drawThumb(picture, scene.thumbs, place)
    const said = h("span", { class: "tl-said" })
    const truth = h("span", { class: "tl-soft" }, `is ${scene.classes[scene.label.data[item]]}`)
    const element = h("figure", { role: "listitem" }, picture, said, truth)
    this.#cards.push({ item, element, said })
    return element
  }
}

/** At most `most` entries, evenly from all: the probe is sorted by class. */
function spread(entries, most) {
  const count = Math.min(most, entries.length)
  return Array.from({ length: count }, (_, k) => entries[Math.floor((k * entries.length) / count)])
}
