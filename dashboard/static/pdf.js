// One picture as a PDF of one page: enough of the format to hold a JPEG, so that nothing has to be fetched for it.

const POINTS = 0.75 // of 1/72 inch in a pixel of the page

/** The bytes of a page as large as the picture; `dense` pixels of the JPEG are one on the screen. */
export function pdf(jpeg, { width, height }, dense) {
  const [wide, high] = [width * POINTS, height * POINTS]
  const drawn = `q ${wide} 0 0 ${high} 0 0 cm /P Do Q`
  const objects = [
    ["<< /Type /Catalog /Pages 2 0 R >>"],
    ["<< /Type /Pages /Kids [3 0 R] /Count 1 >>"],
    [`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${wide} ${high}] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >> >>`],
    [`<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`],
    [`<< /Type /XObject /Subtype /Image /Width ${dense * width} /Height ${dense * height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${jpeg.length} >>\nstream\n`, jpeg, "\nendstream"],
  ]
  const parts = []
  const places = []
  let at = 0
  const add = part => {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part
    parts.push(bytes)
    at += bytes.length
  }
  add("%PDF-1.4\n")
  objects.forEach((object, k) => {
    places.push(at)
    for (const part of [`${k + 1} 0 obj\n`, ...object, "\nendobj\n"]) add(part)
  })
  const start = at
  const lines = places.map(place => `${String(place).padStart(10, "0")} 00000 n \n`).join("")
  add(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`)
  const whole = new Uint8Array(at)
  let end = 0
  for (const bytes of parts) {
    whole.set(bytes, end)
    end += bytes.length
  }
  return whole
}
