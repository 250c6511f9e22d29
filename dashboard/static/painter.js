// Marks on a canvas: domain = shape (● source, ✕ target), class = colour, bar = wrong, ring = labelled.

import { MOST_COLOURS, POINTED_AT, rgb } from "./colours.js"

const RADIUS = 3.7
const RIGHT = { light: 0.72, dark: 0.92 } // opacity of a mark whose prediction is right; a wrong one is drawn fully
const TINT = { light: 0.45, dark: 0.2 } // of the decision, where the network is sure: marks keep 3:1 upon it

/** Draw items at pixel positions `xy`; `look` is {domain, label, predicted, colours, theme}. */
export function paintMarks(pen, xy, { domain, label, predicted, colours, theme, faint = false, chosen = null }) {
  const many = colours.length > MOST_COLOURS // all in one colour, and the class that is pointed at on top
  const kinds = many ? [null, ...(chosen == null ? [] : [chosen])] : [...colours.keys()]
  const order = kinds.flatMap(kind => [[kind, 0], [kind, 1]])
  pen.save()
  if (faint) pen.globalAlpha = 0.3
  for (const [kind, side] of order) {
    pen.fillStyle = pen.strokeStyle = !many ? colours[kind] : kind == null ? colours[0] : POINTED_AT
    pen.lineWidth = faint ? 1 : 1.7
    for (let k = 0; k < domain.length; k++) {
      if ((kind != null && label[k] !== kind) || domain[k] !== side) continue
      if (!faint) pen.globalAlpha = predicted && predicted[k] === label[k] ? RIGHT[theme.dark ? "dark" : "light"] : 1
      if (side === 0) paintDisc(pen, xy[2 * k], xy[2 * k + 1], faint)
      else paintCross(pen, xy[2 * k], xy[2 * k + 1])
    }
  }
  pen.globalAlpha = 1
  if (predicted) paintBars(pen, xy, label, predicted, theme)
  pen.restore()
}

export function paintDisc(pen, x, y, hollow) {
  pen.beginPath()
  pen.arc(x, y, RADIUS, 0, 2 * Math.PI)
  if (hollow) pen.stroke()
  else pen.fill()
}

export function paintCross(pen, x, y) {
  const arm = RADIUS - 0.2
  pen.beginPath()
  pen.moveTo(x - arm, y - arm)
  pen.lineTo(x + arm, y + arm)
  pen.moveTo(x + arm, y - arm)
  pen.lineTo(x - arm, y + arm)
  pen.stroke()
}

/** A short bar under every mark that the network gets wrong. */
function paintBars(pen, xy, label, predicted, theme) {
  pen.strokeStyle = theme.ink
  pen.lineWidth = 1.6
  pen.beginPath()
  for (let k = 0; k < label.length; k++) {
    if (predicted[k] === label[k]) continue
    pen.moveTo(xy[2 * k] - 4.5, xy[2 * k + 1] + 7)
    pen.lineTo(xy[2 * k] + 4.5, xy[2 * k + 1] + 7)
  }
  pen.stroke()
}

export function paintRings(pen, xy, theme) {
  pen.strokeStyle = theme.ink
  pen.lineWidth = 1.6
  for (let k = 0; k < xy.length; k += 2) {
    pen.beginPath()
    pen.arc(xy[k], xy[k + 1], RADIUS + 4, 0, 2 * Math.PI)
    pen.stroke()
  }
}

/** The decision as an opaque picture of one pixel per grid cell, row 0 on top. */
export function tint(frame, colours, { ground, dark }) {
  const [rows, columns] = frame.grid_class.shape
  const kinds = frame.grid_class.data
  const sure = frame.grid_confidence.data
  const picture = new ImageData(columns, rows)
  const [paper, inks] = [rgb(ground), colours.map(rgb)]
  const guess = 255 / colours.length
  for (let cell = 0; cell < kinds.length; cell++) {
    const strength = TINT[dark ? "dark" : "light"] * Math.max(0, (sure[cell] - guess) / (255 - guess))
    const row = rows - 1 - Math.floor(cell / columns) // row 0 of the grid has the lowest y
    const at = 4 * (row * columns + (cell % columns))
    for (let c = 0; c < 3; c++) picture.data[at + c] = paper[c] + strength * (inks[kinds[cell]][c] - paper[c])
    picture.data[at + 3] = 255
  }
  const canvas = new OffscreenCanvas(columns, rows)
  canvas.getContext("2d").putImageData(picture, 0, 0)
  return canvas
}

/** The lines between decisions as a path in grid units (marching squares on each class against the rest). */
export function borders(frame, classes) {
  const [rows, columns] = frame.grid_class.shape
  const path = new Path2D()
  for (let kind = classes === 2 ? 1 : 0; kind < classes; kind++) {
    const leads = Float32Array.from(frame.grid_class.data, (value, cell) => {
      const lead = Math.max(frame.grid_confidence.data[cell] / 255 - 0.5, 0.004)
      return value === kind ? lead : -lead
    })
    const field = blurred(leads, rows, columns) // or a line between sure cells would go in stairs
    for (let row = 0; row < rows - 1; row++)
      for (let column = 0; column < columns - 1; column++) crossings(path, field, row, column, columns)
  }
  return path
}

/** Each cell's mean with its neighbours, weighted 1 2 1 both ways. */
function blurred(field, rows, columns) {
  const at = (row, column) => field[Math.min(Math.max(row, 0), rows - 1) * columns + Math.min(Math.max(column, 0), columns - 1)]
  return field.map((_, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns]
    let sum = 0
    for (let up = -1; up <= 1; up++) for (let right = -1; right <= 1; right++) sum += (2 - Math.abs(up)) * (2 - Math.abs(right)) * at(row + up, column + right)
    return sum / 16
  })
}

function crossings(path, field, row, column, columns) {
  const corners = [[0, 0], [0, 1], [1, 1], [1, 0]]
  const values = corners.map(([up, right]) => field[(row + up) * columns + column + right])
  const ends = []
  for (let edge = 0; edge < 4; edge++) {
    const [a, b] = [values[edge], values[(edge + 1) % 4]]
    if (a > 0 === b > 0) continue
    const share = a / (a - b)
    const [from, to] = [corners[edge], corners[(edge + 1) % 4]]
    ends.push([column + from[1] + share * (to[1] - from[1]), row + from[0] + share * (to[0] - from[0])])
  }
  for (let k = 0; k + 1 < ends.length; k += 2) {
    path.moveTo(...ends[k])
    path.lineTo(...ends[k + 1])
  }
}
