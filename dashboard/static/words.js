// Numbers as people say them, and what the page's terms mean.

export const percent = share => (share == null || Number.isNaN(share) ? "–" : `${Math.round(100 * share)} %`)

/** A number and its sign stay on one line. */
export const together = words => words.replace(/(\d) %/g, "$1\u00a0%")

/** A number in a few letters: 0.42, 0.042, 4·10⁻⁴, 5.6·10⁹. */
export function small(value) {
  if (value == null || Number.isNaN(value)) return "–"
  const size = Math.abs(value)
  if (size === 0 || (size >= 0.001 && size < 1e5)) return value.toFixed(size < 0.1 ? 3 : size < 100 ? 2 : 0).replace("-", "−")
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞"
  const [digit, power] = value.toExponential(size < 1 ? 0 : 1).split("e")
  return `${digit.replace("-", "−")}·10${[...power.replace("+", "")].map(each => (each === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[each])).join("")}`
}

export const count = number => Math.round(number).toLocaleString("en-US").replaceAll(",", "\u202f")

export const title = name => (name = name.replaceAll("_", " ")).charAt(0).toUpperCase() + name.slice(1)

export function duration(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return ""
  if (seconds < 1) return "under 1 s"
  if (seconds < 90) return `${Math.round(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

export const device = name => ({ cpu: "your CPU", cuda: "your GPU", "": "this machine" })[name ?? ""] ?? name

const ACCURACIES = {
  classes: [["Accuracy", "The share of held-out test images that get their right class; none of them is trained on. The thin line is guessing."]],
  "zero-shot": [["Accuracy", "The share of held-out test images that get their right class. Some of the target's classes were never shown with a label, and every class may be answered."]],
  open: [["Accuracy", "The share of held-out test images that get their right class, among the classes that both domains know. The others are asked for apart: are they noticed as unknown?"]],
  episodes: [["Accuracy over episodes", "Each episode is a problem of its own: one labelled image of each of five classes, and questions about new images of these. The mean over episodes that are always the same; guessing is 20 %."], ["Source accuracy", "Episodes of new images of classes that were trained on."], ["Target accuracy", "Episodes of classes that no training image showed."]],
  clusters: [["Matched accuracy", "Clusters have no names. For grading alone each is given the class that makes most of it right (the Hungarian method, on the answers), and then counted as any accuracy; so it flatters a little."]],
}

/** What is this? Two sentences each: what it is, what you will see. */
export function definitions(run) {
  const probes = run.scene?.domain?.data.length ?? 600
  const half = Math.round(probes / 2)
  const gap = run.last?.gap ?? {}
  const width = gap.bandwidth ? `, now ${small(gap.bandwidth)}` : ""
  const curves = Object.entries(run.about.curves ?? {}).map(([name, words]) => [title(name), words])
  return {
    accuracy: [
      ...(ACCURACIES[run.about.answers === "clusters" ? "clusters" : run.about.exam] ?? ACCURACIES.classes),
      ["n, and the interval in brackets", "Every accuracy is a share of n held-out test images. The 95 % Wilson interval says how far chance in drawing them may move it; another seed may move it further."],
      ...(run.about.keeps ? [[`☆ Kept, picked by ${run.about.keeps.name}`, run.about.keeps.means]] : []),
      ["⚑ Target accuracy", "Shown because this is a laboratory: in practice you would not have the target's labels to measure it."],
      ...Object.entries(run.about.measures ?? {}).filter(([name]) => run.series.has(name) && !/^(source|target)_accuracy$/.test(name)).map(([, said]) => said),
      ...curves.filter(([name]) => /accuracy/i.test(name)),
    ],
    loss: [
      ...curves,
      ["Source and target loss", "Cross-entropy on held-out test images, in nats. Training makes the first small; the second is what transfer is about."],
      ["÷ 10, ÷ 100 …", "A curve that lies far above the losses is drawn at a fraction of its height, or none of the others would be seen; the table and the pointer tell its true value."],
      ["Smoothing", "Above 200 points the strong line is an exponential mean and the faint one is what was measured."],
    ],
    gap: [
      ["Domain gap (judge accuracy)", `How often a linear classifier tells source from target by their features: five-fold cross-validation on ${half} + ${half} fixed test items, with a 95 % interval. 50 % means it cannot.`],
      ["Two halves of one domain", "The same judge on two random halves of the source, and of the target: what “no gap” looks like with so few items."],
      ["MMD", `Squared maximum mean discrepancy of the features, unbiased, so it may fall a little below 0. Gaussian kernel; its bandwidth is the median distance over both domains${width}. In brackets: two halves of one domain.`],
      ["CORAL distance", "How much the covariances of the features differ, divided by 4·dim². In brackets: two halves of one domain."],
      ["Per class", "MMD between the two domains within each class, with the same kernel: if the total shrinks and one of these grows, classes are being mixed up."],
    ],
  }
}
