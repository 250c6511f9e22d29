// Any chart as a picture (PNG, SVG, PDF) and any table as a file (CSV; Parquet where there is a server).

import { pdf } from "./pdf.js"

const DENSE = 3 // pixels of a saved picture for each one on the screen
const address = path => new URL(path, document.baseURI)

/** The entries of a "Save" menu: name → what is done. `drawing` is what is on show, `rows` gives the table. */
export function savings(card, drawing, rows) {
  const name = () => [(card.getAttribute("aria-label") ?? "chart"), place(card)].filter(Boolean).join(" ").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")
  const kinds = {
    PNG: async () => give(await raster(await picture(drawing), "image/png"), `${name()}.png`),
    SVG: async () => give(new Blob([(await picture(drawing)).text], { type: "image/svg+xml" }), `${name()}.svg`),
    PDF: async () => {
      const drawn = await picture(drawing)
      const jpeg = await raster(drawn, "image/jpeg")
      give(new Blob([pdf(new Uint8Array(await jpeg.arrayBuffer()), drawn, DENSE)], { type: "application/pdf" }), `${name()}.pdf`)
    },
    CSV: async () => give(new Blob([csv(rows())], { type: "text/csv" }), `${name()}.csv`),
  }
  if (location.protocol.startsWith("http")) kinds.Parquet = async () => give(await parquet(rows()), `${name()}.parquet`)
  return kinds
}

/** Which run and step a card shows, for the name of its file. */
function place(card) {
  const { run, step } = card.closest(".tl-stage")?.dataset ?? {}
  return run ? `run ${run} step ${step}` : ""
}

function give(content, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Lines of comma-separated cells; one that holds a comma, a quote or a break is quoted, as RFC 4180 wants it. */
export function csv(rows) {
  const cell = each => (/[",\n\r]/.test(String(each)) ? `"${String(each).replaceAll('"', '""')}"` : String(each))
  return rows.map(row => row.map(cell).join(",")).join("\r\n") + "\r\n"
}

async function parquet([head, ...rows]) {
  const answer = await fetch(address("api/parquet"), { method: "POST", body: JSON.stringify({ head, rows: rows.map(row => row.map(String)) }) })
  if (!answer.ok) throw new Error("The server could not write this table.")
  return answer.blob()
}

/** A drawing as an SVG on the page's ground: {text, width, height}. Plotly's is drawn of lines, others of what the page draws. */
export async function picture(drawing) {
  const { width, height } = drawing.getBoundingClientRect()
  const size = { width: Math.ceil(width), height: Math.ceil(height) }
  const ground = backdrop(drawing)
  const paper = `<rect width="100%" height="100%" fill="${ground}"/>`
  if (drawing.classList.contains("js-plotly-plot")) {
    const found = await window.Plotly.toImage(drawing, { format: "svg", ...size })
    const text = decodeURIComponent(found.slice(found.indexOf(",") + 1))
    return { ...size, text: text.replace(/(<svg[^>]*>)/, `$1${paper}`) }
  }
  const copy = new XMLSerializer().serializeToString(still(drawing))
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">${paper}<foreignObject width="100%" height="100%">${copy}</foreignObject></svg>`
  return { ...size, text }
}

function backdrop(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor
    if (!/^(transparent|rgba\(.*, 0\))$/.test(colour)) return colour
  }
  return "#ffffff"
}

/** A copy that looks the same without the page's style sheets; a canvas becomes its picture. */
function still(element) {
  if (element.nodeType !== Node.ELEMENT_NODE) return element.cloneNode()
  const style = getComputedStyle(element)
  if (style.display === "none" || element.popover) return document.createTextNode("")
  const copy = element instanceof HTMLCanvasElement ? Object.assign(document.createElement("img"), { src: element.toDataURL() }) : element.cloneNode()
  copy.removeAttribute("class")
  copy.setAttribute("style", [...style].map(name => `${name}:${style.getPropertyValue(name)}`).join(";"))
  copy.append(...[...element.childNodes].map(still))
  return copy
}

/** An SVG as pixels of a kind, dense enough for print. */
async function raster({ text, width, height }, kind) {
  const image = new Image()
  await new Promise((done, failed) => {
    image.onload = done
    image.onerror = () => failed(new Error("The picture could not be drawn."))
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  })
  const canvas = Object.assign(document.createElement("canvas"), { width: DENSE * width, height: DENSE * height })
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise(done => canvas.toBlob(done, kind, 0.95))
}
