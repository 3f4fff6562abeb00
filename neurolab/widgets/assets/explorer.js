// The live view of a lab: a plain ES module, canvas 2D, no build step, nothing from the network.
// Link talks to the kernel (one for each model), View is one place on the page, Plot is one panel of it.

const DIM_AFTER = 300; // ms without an answer before the figure is dimmed
const DOUBT_AFTER = 15000; // ms before we say that the kernel may be gone
const LOWEST = 120; // px of the lowest plot, as in the style sheet: axis and labels included
const PATIENT_FRAMES = 8; // drawn one by one before one more is asked for ahead
const ROW = 218; // px of a plot of relative height 1, and of its share of a stack
const FONT = 11.5;

const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
};
// JupyterLab and Notebook eat arrow keys of whatever lacks this attribute itself
const KEYS = { "data-lm-suppress-shortcuts": "true" };

// crypto.randomUUID exists only on secure pages, which a Jupyter on the local network is not
const token = () => Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);

// ---------------------------------------------------------------- numbers and names

const minus = (text) => text.replace(/^-/, "−");
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** As few digits as tell neighbouring steps apart. */
const decimals = (step) => clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 10);

function show(value, step) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size && (size >= 1e6 || size < 1e-4)) return minus(value.toExponential(2).replace("e+", "e"));
  if (step === undefined) return minus(String(+value.toPrecision(3)));
  // a value off the slider's grid, from a preset or typed, keeps its own digits
  const fixed = value.toFixed(decimals(step));
  return minus(Math.abs(+fixed - value) > 1e-9 * Math.max(1, size) ? String(+value.toPrecision(6)) : fixed);
}

const GREEK = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  eps: "ε",
  eta: "η",
  theta: "θ",
  kappa: "κ",
  lambda: "λ",
  mu: "µ",
  nu: "ν",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  omega: "ω",
  Delta: "Δ",
  Omega: "Ω",
};
const greek = (word) => GREEK[word] ?? word;

/** g_Na as g with a lowered Na; long names as words. */
function symbol(name) {
  const [base, ...rest] = name.replace(/^([A-Za-z]{1,2})(\d+)$/, "$1_$2").split("_");
  if (!rest.length) return h("b", {}, greek(name));
  if (base.length > 2 && !(base in GREEK)) return h("b", {}, name.replaceAll("_", " "));
  return h("b", {}, greek(base), h("sub", {}, rest.map(greek).join(",")));
}
/** Minus signs where a hyphen stands before a number. */
const typeset = (text) => text.replace(/(^|[\s(=,±])-(?=[\d.])/g, "$1−");
const spoken = (name) => name.split("_").map(greek).join(" ");

const split = (label) => {
  const found = label.match(/^(.*?)\s*\(([^()]*)\)\s*$/);
  return found ? [found[1], found[2]] : [label, ""];
};

// ---------------------------------------------------------------- ticks

function linearTicks(low, high, count) {
  const raw = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const ratio = raw / power;
  const step = power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(k * step);
  return ticks.map((at) => [at, tickText(at, step)]);
}
function tickText(at, step) {
  if (Math.abs(at) < step * 1e-6) return "0";
  if (Math.abs(at) >= 1e5 || step < 1e-4) return minus(String(+at.toPrecision(4)).replace("e+", "e"));
  return minus(at.toFixed(decimals(step)));
}
const SUPERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (n) => (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((d) => SUPERS[d]).join("");
function logTicks(low, high, count) {
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const ticks = [];
  for (let n = from; n <= to; n += every) {
    // within two decades, the twos and fives between them
    for (const digit of decades < 2 ? [1, 2, 5] : [1]) {
      const at = digit * 10 ** n;
      if (at < low * (1 - 1e-9) || at > high * (1 + 1e-9)) continue;
      const plain = n >= -2 && n <= 3;
      ticks.push([at, plain ? String(+at.toPrecision(1)) : (digit > 1 ? `${digit}·10` : "10") + power(n)]);
    }
  }
  return ticks;
}

// ---------------------------------------------------------------- the link to the kernel

/** A long curve as it travels: lowest value and step, then how many steps above it each value lies. */
function unpack(buffer) {
  const [low, step] = new Float64Array(buffer, 0, 2);
  return Float32Array.from(new Uint16Array(buffer, 16), (k) => (k === 65535 ? NaN : low + step * k));
}

const links = new Map(); // the model's id -> its Link; views of one model share it

class Link {
  constructor(model) {
    this.model = model;
    this.spec = model.get("spec");
    this.client = token();
    this.views = new Set();
    this.arrays = new Map();
    this.layout = null;
    this.params = Object.fromEntries(this.spec.controls.map((c) => [c.name, c.value]));
    this.frame = null;
    this.error = null;
    this.pinned = null;
    this.asked = this.answered = 0;
    this.dirty = false;
    this.settled = true;
    this.window = this.spec.window;
    this.undrawn = this.alone = 0;
    this.waits = [];
    model.on("msg:custom", (content, buffers) => this.receive(content, buffers));
    const first = model.get("first");
    this.take(first, Object.keys(first.arrays), Object.values(first.arrays));
    // the kernel answers with all it has if this page was loaded after the first picture
    model.send({ kind: "hello" });
  }
  set(params) {
    Object.assign(this.params, params);
    this.tell("params");
    this.push();
  }
  push() {
    if (this.asked - this.answered >= this.window) return void (this.dirty = true);
    this.dirty = false;
    this.asked += 1;
    this.settled = false;
    this.model.send({ kind: "set", client: this.client, seq: this.asked, params: this.params });
    this.watch();
  }
  receive(content, buffers) {
    const own = content.client === this.client;
    if (content.kind !== "frame" && content.kind !== "error") return;
    if (own) {
      this.answered = Math.max(this.answered, content.seq);
      this.settled = content.kind === "error" || content.settled;
    } else if (content.kind === "frame" && this.asked === this.answered && !this.dirty) {
      this.params = { ...content.params };
      this.tell("params");
    }
    if (content.kind === "error") {
      this.error = content;
      this.tell("error");
    } else {
      this.take(content, content.arrays, buffers);
      if (content.progressive) this.model.send({ kind: "shown", number: content.number });
    }
    if (this.dirty) this.push();
    this.watch();
  }
  take(content, names, buffers) {
    if (content.layout) this.layout = content.layout;
    names.forEach((name, i) => {
      const b = buffers[i],
        [panel, mark, field] = name.split("."),
        packed = this.layout.panels[panel].marks[mark].packed?.includes(field);
      // copied, because a view into a message need not start at a multiple of four bytes
      const own = b.buffer ? b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength) : b;
      this.arrays.set(name, packed ? unpack(own) : new Float32Array(own));
    });
    this.frame = content;
    this.undrawn += 1;
    this.error = null;
    this.tell("frame");
  }
  /** Asks for no more than the page can show: two frames for one picture are one too many on the way. */
  drawn() {
    if (this.undrawn > 1) {
      this.window = Math.max(1, this.window - 1);
      this.alone = 0;
    } else if (this.undrawn && ++this.alone >= PATIENT_FRAMES) {
      this.window = Math.min(this.spec.window, this.window + 1);
      this.alone = 0;
    }
    this.undrawn = 0;
  }
  /** Dims after a while without an answer; answers and new questions start the clock again. */
  watch() {
    this.waits.forEach(clearTimeout);
    this.waits = [];
    const waiting = this.asked > this.answered || !this.settled;
    if (!waiting) return this.tell("wait", "");
    this.waits.push(setTimeout(() => this.tell("wait", "computing …"), DIM_AFTER));
    this.waits.push(
      setTimeout(
        () =>
          this.tell(
            "wait",
            "no answer yet: is the kernel busy, or was it restarted? Then run the cell again.",
          ),
        DOUBT_AFTER,
      ),
    );
  }
  pin() {
    this.pinned = this.pinned
      ? null
      : { layout: this.layout, arrays: new Map(this.arrays), code: this.frame.code };
    this.tell("frame");
  }
  tell(what, detail) {
    for (const view of this.views) view.on(what, detail);
  }
  close() {
    this.waits.forEach(clearTimeout);
    links.delete(this.spec.id);
  }
}

// ---------------------------------------------------------------- one panel

class Plot {
  constructor(view, index, panel) {
    this.view = view;
    this.index = index;
    this.canvas = h("canvas", { role: "img" });
    this.tip = h("div", { class: "nl-tip", hidden: true, "aria-hidden": "true" });
    this.box = h("div", { class: panel.pick ? "nl-plot nl-pick" : "nl-plot" }, this.canvas, this.tip);
    this.element = h(
      "figure",
      { class: "nl-panel" },
      h("figcaption", {}, h("b", {}, typeset(panel.title)), legend(panel)),
      this.box,
    );
    this.pointer = null;
    const canvas = this.canvas;
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.panel.pick || event.button) return;
      // a finger scrolls the page when it moves and picks when it taps; a mouse may also drag
      if (event.pointerType === "mouse") canvas.setPointerCapture(event.pointerId);
      this.picking = event.pointerType === "mouse";
      if (this.picking) this.pick(event);
    });
    canvas.addEventListener("pointerup", () => {
      this.picking = false;
    });
    canvas.addEventListener("click", (event) => {
      if (this.panel.pick) this.pick(event);
    });
  }
  /** Measured by the View's observer: asking the page in mid-drag would make it lay itself out. */
  resize(width, height) {
    this.size = [width, height];
  }
  get panel() {
    return this.view.link.layout.panels[this.index];
  }
  array(mark, field, from = this.view.link) {
    return from.arrays.get(`${this.index}.${mark}.${field}`);
  }

  /** Room for the labels: what the widest tick label needs. */
  gutter(context) {
    context.font = this.view.theme.font;
    return (
      Math.ceil(Math.max(...this.yTicks().map(([, text]) => context.measureText(text).width), 0)) +
      10 +
      (this.panel.y ? 18 : 0)
    );
  }
  /** Room under the axis: a panel that stands on another with the same axis needs no labels. */
  get foot() {
    return this.panel.shared && !this.view.narrow ? 10 : 40;
  }
  yTicks() {
    if (!this.panel.y) return []; // nothing is measured along it
    const { ylim, log } = this.panel,
      height = this.size[1] - 8 - this.foot;
    return (log.includes("y") ? logTicks : linearTicks)(...ylim, clamp(height / 44, 2, 6));
  }
  xTicks(width) {
    const { xlim, log } = this.panel;
    return (log.includes("x") ? logTicks : linearTicks)(...xlim, clamp(width / 76, 2, 8));
  }
  /** Data to pixels along one axis, and back. */
  scale(axis) {
    const [low, high] = axis === "x" ? this.panel.xlim : this.panel.ylim;
    const [from, to] =
      axis === "x" ? [this.area.x, this.area.x + this.area.w] : [this.area.y + this.area.h, this.area.y];
    if (this.panel.log.includes(axis)) {
      const l0 = Math.log10(low),
        l1 = Math.log10(high);
      return [
        (v) => from + ((Math.log10(v) - l0) / (l1 - l0)) * (to - from),
        (p) => 10 ** (l0 + ((p - from) / (to - from)) * (l1 - l0)),
      ];
    }
    const k = (to - from) / (high - low);
    return [(v) => from + (v - low) * k, (p) => low + (p - from) / k];
  }

  draw(gutter) {
    const ratio = window.devicePixelRatio || 1,
      [W, H] = this.size;
    if (!W || !H) return;
    const [pw, ph] = [Math.round(W * ratio), Math.round(H * ratio)];
    if (this.canvas.width !== pw || this.canvas.height !== ph)
      Object.assign(this.canvas, { width: pw, height: ph });
    const g = this.canvas.getContext("2d"),
      theme = this.view.theme;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, W, H);
    g.font = theme.font;
    this.area = { x: gutter, y: 8, w: Math.max(20, W - gutter - 12), h: Math.max(20, H - 8 - this.foot) };
    const [X] = this.scale("x"),
      [Y] = this.scale("y"),
      { x, y, w, h: height } = this.area;
    this.drawAxes(g, theme, X, Y);
    g.save();
    g.beginPath();
    g.rect(x - 1, y - 1, w + 2, height + 2);
    g.clip();
    const pinned = this.view.link.pinned;
    if (pinned && this.index < pinned.layout.panels.length) {
      const panel = pinned.layout.panels[this.index];
      panel.marks.forEach((mark, i) => {
        if (mark.kind === "line")
          this.drawLine(g, { ...mark, width: 1.25, dash: false }, i, X, Y, theme.ghost, pinned);
      });
    }
    this.panel.marks.forEach((mark, i) => {
      const colour = theme.colour(mark.color);
      g.strokeStyle = g.fillStyle = colour;
      g.setLineDash([]);
      if (mark.kind === "line") this.drawLine(g, mark, i, X, Y, colour, this.view.link);
      else if (mark.kind === "ticks") this.drawTicks(g, i, X, Y);
      else if (mark.kind === "arrows") this.drawArrows(g, i, X, Y);
      else if (mark.kind === "span") this.drawSpan(g, mark, X, Y);
      else if (mark.kind === "text") this.drawText(g, mark, X, Y);
    });
    this.drawCrosshair(g, theme, X, Y);
    g.restore();
    // dots on the frame are drawn whole, dots beyond it not at all
    this.panel.marks.forEach((mark, i) => {
      if (mark.kind === "dots") this.drawDots(g, mark, i, X, Y, theme.colour(mark.color), theme);
    });
  }
  drawAxes(g, theme, X, Y) {
    const { x, y, w, h: height } = this.area,
      bottom = y + height,
      crisp = (p) => Math.round(p) + 0.5;
    const xs = this.xTicks(w).map(([at, text]) => [crisp(X(at)), text]),
      ys = this.yTicks().map(([at, text]) => [crisp(Y(at)), text]);
    g.lineWidth = 1;
    g.strokeStyle = theme.grid;
    g.beginPath();
    for (const [px] of xs) {
      g.moveTo(px, y);
      g.lineTo(px, bottom);
    }
    for (const [py] of ys) {
      g.moveTo(x, py);
      g.lineTo(x + w, py);
    }
    g.stroke();
    g.strokeStyle = theme.axis;
    g.beginPath();
    g.moveTo(crisp(x), y);
    g.lineTo(crisp(x), crisp(bottom));
    g.lineTo(x + w, crisp(bottom));
    g.stroke();
    g.fillStyle = theme.dim;
    g.textAlign = "right";
    g.textBaseline = "middle";
    for (const [py, text] of ys) g.fillText(text, x - 7, py);
    g.textBaseline = "top";
    for (const [px, text] of this.foot > 10 ? xs : []) {
      const half = g.measureText(text).width / 2;
      g.textAlign = px + half > x + w + 12 ? "right" : "center";
      g.fillText(text, g.textAlign === "right" ? x + w + 12 : px, bottom + 6);
    }
    g.fillStyle = theme.fg;
    g.textAlign = "center";
    if (this.foot > 10) g.fillText(this.panel.x, x + w / 2, bottom + 22);
    g.save();
    g.translate(9, y + height / 2);
    g.rotate(-Math.PI / 2);
    g.textBaseline = "middle";
    g.fillText(this.panel.y, 0, 0);
    g.restore();
  }
  drawLine(g, mark, i, X, Y, colour, from) {
    const xs = this.array(i, "x", from),
      ys = this.array(i, "y", from);
    if (!xs || !ys) return;
    g.strokeStyle = colour;
    g.lineWidth = mark.width;
    g.lineCap = mark.dash ? "butt" : "round";
    g.lineJoin = "round";
    g.setLineDash(mark.dash ? [6, 4] : []);
    g.beginPath();
    let pen = false;
    for (let k = 0; k < xs.length; k++) {
      const px = X(xs[k]),
        py = Y(ys[k]);
      if (!Number.isFinite(px) || !Number.isFinite(py)) {
        pen = false;
        continue;
      }
      // far outside the panel a canvas loses precision
      if (pen) g.lineTo(px, clamp(py, -4000, 4000));
      else g.moveTo(px, clamp(py, -4000, 4000));
      pen = true;
    }
    g.stroke();
    g.setLineDash([]);
  }
  drawTicks(g, i, X, Y) {
    const xs = this.array(i, "x"),
      ys = this.array(i, "y"),
      half = clamp(Math.abs(Y(1) - Y(0)) * 0.4, 1.75, 10);
    g.lineWidth = 1.25;
    g.beginPath();
    for (let k = 0; k < xs.length; k++) {
      const px = X(xs[k]),
        py = Y(ys[k]);
      g.moveTo(px, py - half);
      g.lineTo(px, py + half);
    }
    g.stroke();
  }
  drawDots(g, mark, i, X, Y, colour, theme) {
    const xs = this.array(i, "x"),
      ys = this.array(i, "y"),
      filled = this.array(i, "filled");
    const { x, y, w, h: height } = this.area;
    const inside = (px, py) => px >= x - 1 && px <= x + w + 1 && py >= y - 1 && py <= y + height + 1;
    g.setLineDash([]);
    g.strokeStyle = colour;
    g.lineWidth = 2;
    for (let k = 0; k < xs.length; k++) {
      const px = X(xs[k]),
        py = Y(ys[k]);
      if (!inside(px, py)) continue;
      g.beginPath();
      g.arc(px, py, mark.size * 0.62, 0, 7);
      g.fillStyle = filled[k] ? colour : theme.page;
      g.fill();
      g.stroke();
    }
  }
  drawArrows(g, i, X, Y) {
    const [xs, ys, us, vs] = ["x", "y", "u", "v"].map((field) => this.array(i, field));
    const { xlim, ylim } = this.panel,
      width = xlim[1] - xlim[0],
      height = ylim[1] - ylim[0];
    const speed = us.map((u, k) => Math.hypot(u / width, vs[k] / height));
    const top = Math.max(...speed.filter(Number.isFinite), 1e-30);
    const longest = clamp(0.86 * Math.sqrt((this.area.w * this.area.h) / Math.max(1, xs.length)), 6, 26);
    g.globalAlpha = 0.5;
    g.lineWidth = 1.1;
    g.beginPath();
    for (let k = 0; k < xs.length; k++) {
      const dx = X(xs[k] + us[k] * 1e-3) - X(xs[k]),
        dy = Y(ys[k] + vs[k] * 1e-3) - Y(ys[k]),
        d = Math.hypot(dx, dy);
      if (!d) continue;
      const l = longest * (speed[k] / top) ** 0.35,
        ux = dx / d,
        uy = dy / d,
        head = Math.min(4.2, l * 0.45);
      const px = X(xs[k]) + (ux * l) / 2,
        py = Y(ys[k]) + (uy * l) / 2;
      g.moveTo(px - ux * l, py - uy * l);
      g.lineTo(px, py);
      g.moveTo(px - head * (ux - 0.55 * uy), py - head * (uy + 0.55 * ux));
      g.lineTo(px, py);
      g.lineTo(px - head * (ux + 0.55 * uy), py - head * (uy - 0.55 * ux));
    }
    g.stroke();
    g.globalAlpha = 1;
  }
  drawSpan(g, mark, X, Y) {
    const { x, y, w, h: height } = this.area;
    g.globalAlpha = 0.13;
    if (mark.axis === "x") g.fillRect(X(mark.low), y, X(mark.high) - X(mark.low), height);
    else g.fillRect(x, Y(mark.high), w, Y(mark.low) - Y(mark.high));
    g.globalAlpha = 1;
  }
  drawText(g, mark, X, Y) {
    g.textAlign = mark.align;
    g.textBaseline = "middle";
    g.fillText(mark.text, X(mark.x), Y(mark.y));
  }

  // -- pointer

  position(event) {
    const r = this.canvas.getBoundingClientRect(),
      px = event.clientX - r.left,
      py = event.clientY - r.top;
    const { x, y, w, h: height } = this.area;
    return {
      px,
      py,
      inside: px >= x - 2 && px <= x + w + 2 && py >= y - 2 && py <= y + height + 2,
      x: this.scale("x")[1](clamp(px, x, x + w)),
      y: this.scale("y")[1](clamp(py, y, y + height)),
    };
  }
  move(event) {
    if (!this.area) return;
    const at = this.position(event);
    if (this.picking) this.pick(event);
    if (!at.inside) return this.leave();
    this.view.hover = { axis: this.panel.x, x: at.x, owner: this, at };
    this.view.schedule();
  }
  leave() {
    if (this.view.hover?.owner !== this) return;
    this.view.hover = null;
    this.view.schedule();
  }
  pick(event) {
    const at = this.position(event);
    if (!at.inside && !this.picking) return;
    const [first, second] = this.panel.pick;
    this.view.set({ [first]: at.x, [second]: at.y });
  }
  /** The samples under the crosshair: of each trace the one at its time. */
  readings(x) {
    const found = [];
    this.panel.marks.forEach((mark, i) => {
      if (mark.kind !== "line" || mark.color === "dim") return; // grey lines are guides, not data
      const xs = this.array(i, "x"),
        ys = this.array(i, "y");
      if (!xs || xs.length < 2 || !rising(xs) || x < xs[0] || x > xs[xs.length - 1]) return;
      let low = 0,
        high = xs.length - 1;
      while (high - low > 1) {
        const mid = (low + high) >> 1;
        if (xs[mid] <= x) low = mid;
        else high = mid;
      }
      const part = xs[high] > xs[low] ? (x - xs[low]) / (xs[high] - xs[low]) : 0,
        y = ys[low] + part * (ys[high] - ys[low]);
      if (Number.isFinite(y)) found.push({ label: mark.label, y, color: mark.color });
    });
    return found;
  }
  drawCrosshair(g, theme, X, Y) {
    const hover = this.view.hover,
      own = hover?.owner === this;
    const linked = hover && !this.panel.pick && hover.axis === this.panel.x;
    if (this.tip.hidden === own) this.tip.hidden = !own;
    if (!own && !linked) return;
    const { x, y, w, h: height } = this.area,
      [xName, xUnit] = split(this.panel.x),
      [yName, yUnit] = split(this.panel.y);
    const readings = linked ? this.readings(hover.x) : [];
    if (readings.length) {
      g.strokeStyle = theme.axis;
      g.lineWidth = 1;
      g.beginPath();
      const px = Math.round(X(hover.x)) + 0.5;
      g.moveTo(px, y);
      g.lineTo(px, y + height);
      g.stroke();
      for (const reading of readings) {
        g.beginPath();
        g.arc(X(hover.x), Y(reading.y), 3.5, 0, 7);
        g.fillStyle = theme.colour(reading.color);
        g.fill();
      }
    }
    if (!own) return;
    const lines = [`${xName} ${show(hover.x)} ${xUnit}`];
    // without a name the axis measures nothing: curves are stacked
    const named = this.panel.y ? (readings.length ? readings : [hover.at]) : [];
    for (const r of named.slice(0, 6)) lines.push(`${r.label || yName} ${show(r.y)} ${yUnit}`);
    if (this.panel.pick) lines.push(`click: set ${this.panel.pick.map(spoken).join(", ")}`);
    this.tip.textContent = lines.map((line) => line.trim()).join("\n");
    const { px, py } = hover.at;
    const { offsetWidth: wide, offsetHeight: high } = this.tip;
    const left = px + 14 + wide > x + w ? Math.max(0, px - 12 - wide) : px + 14;
    const top = clamp(py - 12, 0, y + height - high);
    this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

const rises = new WeakMap();
function rising(xs) {
  if (!rises.has(xs))
    rises.set(
      xs,
      xs.every((v, k) => k === 0 || v >= xs[k - 1]),
    );
  return rises.get(xs);
}

/** The named marks of a panel, each with a sample of how it is drawn: colour is never the only cue. */
function legend(panel) {
  const entries = panel.marks
    .filter((mark) => mark.label)
    .map((mark) => h("span", {}, swatch(mark), typeset(mark.label)));
  if (panel.pick) entries.push(h("span", {}, "click sets", ...panel.pick.map(symbol)));
  return entries.length ? h("span", { class: "nl-legend" }, ...entries) : null;
}
const paint = (color) =>
  color === "ink" ? "var(--nl-fg)" : color === "dim" ? "var(--nl-dim)" : `var(--nl-c${color % 8})`;
function swatch(mark) {
  const colour = paint(mark.color);
  const stroke = `fill="none" stroke="${colour}"`;
  const dash = mark.dash ? 'stroke-dasharray="5 3.5"' : "";
  // dots are full, open, or half of each where a panel has both
  const full = mark.fill === 1 ? colour : "none";
  const half = mark.fill === 0.5 ? `<path d="M10 1A4 4 0 0 0 10 9Z" fill="${colour}"/>` : "";
  const shapes = {
    line: `<path d="M0 5H20" ${stroke} stroke-width="${Math.max(2, mark.width)}" ${dash}/>`,
    dots: `<circle cx="10" cy="5" r="4" fill="${full}" stroke="${colour}" stroke-width="2"/>${half}`,
    ticks: `<path d="M6 0V10M12 0V10" ${stroke} stroke-width="1.5"/>`,
    arrows: `<path d="M1 5H18M14 1.5L18 5L14 8.5" ${stroke} stroke-width="1.3"/>`,
    span: `<rect width="20" height="10" rx="2" fill="${colour}" opacity="0.2"/>`,
  };
  const holder = h("i", { "aria-hidden": "true" });
  holder.innerHTML = `<svg width="20" height="10" style="display:block">${shapes[mark.kind] ?? ""}</svg>`;
  return holder;
}

// ---------------------------------------------------------------- controls

/** One parameter: gives its element and how to make it show a value. */
function control(spec, set) {
  const id = "nl" + token();
  const label = h("label", { for: id }, symbol(spec.name), h("span", {}, spec.doc));
  if (spec.kind === "bool") {
    const box = h("input", {
      type: "checkbox",
      id,
      ...KEYS,
      onchange: () => set({ [spec.name]: box.checked }),
    });
    return {
      element: h("div", { class: "nl-control nl-flag" }, box, label),
      sync: (value) => {
        box.checked = value;
      },
    };
  }
  if (spec.kind === "choice") {
    const list = h(
      "select",
      { id, ...KEYS, onchange: () => set({ [spec.name]: spec.choices[list.selectedIndex] }) },
      ...spec.choices.map((choice) => h("option", {}, `${choice}`)),
    );
    return {
      element: h("div", { class: "nl-control" }, label, list),
      sync: (value) => {
        list.selectedIndex = spec.choices.indexOf(value);
      },
    };
  }
  const unit = spec.unit ? h("span", { "aria-hidden": "true" }, spec.unit) : null;
  const range = h("input", { type: "range", id, ...KEYS, min: spec.low, max: spec.high, step: spec.step });
  const number = h("input", {
    type: "text",
    inputmode: "decimal",
    ...KEYS,
    "aria-label": `${spoken(spec.name)}${spec.unit ? " in " + spec.unit : ""}, from ${spec.low} to ${spec.high}`,
  });
  const sync = (value) => {
    range.value = value;
    range.style.setProperty(
      "--nl-fill",
      `${clamp((value - spec.low) / (spec.high - spec.low), 0, 1) * 100}%`,
    );
    range.setAttribute("aria-valuetext", `${show(value, spec.step)} ${spec.unit}`.trim());
    if (document.activeElement !== number || !number.dataset.typing) number.value = show(value, spec.step);
  };
  let current = spec.value;
  const give = (value) => {
    current = tidy(value, spec);
    set({ [spec.name]: current });
  };
  range.addEventListener("input", () => give(+range.value));
  const typed = () => {
    delete number.dataset.typing;
    const value = Number(number.value.trim().replace("−", "-").replace(",", "."));
    if (number.value.trim() === "" || !Number.isFinite(value)) sync(current);
    else {
      const kept = clamp(spec.kind === "int" ? Math.round(value) : value, spec.low, spec.high);
      current = kept;
      sync(kept);
      set({ [spec.name]: kept });
    }
  };
  number.addEventListener("input", () => {
    number.dataset.typing = "1";
  });
  number.addEventListener("change", typed);
  number.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      typed();
      number.select();
    }
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (way) {
      event.preventDefault();
      delete number.dataset.typing;
      give(clamp(current + way * spec.step, spec.low, spec.high));
    }
  });
  // few words stand beside the symbol, more of them below it
  const roomy = spec.doc.length > 16 ? "nl-control nl-worded" : "nl-control";
  return {
    element: h("div", { class: roomy }, label, h("span", { class: "nl-value" }, number, unit), range),
    sync: (value) => {
      current = value;
      sync(value);
    },
  };
}
/** A slider's float without its rounding noise: 0.30000000000000004 is 0.3. */
const tidy = (value, spec) =>
  spec.kind === "int" ? Math.round(value) : +value.toFixed(Math.min(12, decimals(spec.step) + 2));
/** A picked value, brought onto the grid of its slider. */
function snap(value, spec) {
  const steps = Math.round((clamp(value, spec.low, spec.high) - spec.low) / spec.step);
  return tidy(clamp(spec.low + steps * spec.step, spec.low, spec.high), spec);
}

// ---------------------------------------------------------------- one place on the page

const PIN = "Keep these curves in grey, to compare with";

class View {
  constructor(link, element) {
    this.link = link;
    const spec = link.spec;
    this.specs = Object.fromEntries(spec.controls.map((c) => [c.name, c]));
    this.controls = Object.fromEntries(
      spec.controls.map((c) => [c.name, control(c, (params) => link.set(params))]),
    );
    this.note = h("span", { class: "nl-note", role: "status" });
    this.grid = h("div", { class: "nl-grid" });
    this.error = h("div", { class: "nl-error", role: "alert", hidden: true });
    this.summary = h("div", { class: "nl-summary", hidden: true });
    this.spoken = h("div", { class: "nl-quiet", "aria-live": "polite" });
    this.targets = spec.targets.map(target);
    this.side = h(
      "form",
      { class: "nl-side", onsubmit: (event) => event.preventDefault() },
      this.presets(),
      spec.controls.length
        ? h("div", { class: "nl-controls" }, ...Object.values(this.controls).map((c) => c.element))
        : null,
      this.targets.length
        ? h("ul", { class: "nl-targets", "aria-label": "Targets" }, ...this.targets.map((t) => t.element))
        : null,
      this.summary,
      this.buttons(),
    );
    this.body = h(
      "div",
      { class: "nl-body" },
      h("div", { class: "nl-stage" }, this.grid, this.error),
      this.side,
    );
    this.root = h(
      "section",
      { class: "nl", role: "group", "aria-label": spec.title, onkeydown: (event) => event.stopPropagation() },
      h("header", { class: "nl-head" }, h("strong", {}, spec.title), this.note),
      this.body,
      this.spoken,
    );
    element.append(this.root);
    this.plots = [];
    this.pinned = null;
    this.synced = {};
    // the element is not in the page yet, so colours cannot be read before the first resize is seen
    this.resized = new ResizeObserver(() => {
      this.readTheme();
      this.measure();
      this.schedule();
    });
    this.resized.observe(this.root);
    this.gauge = document.createElement("canvas").getContext("2d");
    this.themed = new MutationObserver(() =>
      setTimeout(() => {
        this.readTheme();
        this.schedule();
      }, 60),
    );
    this.themed.observe(document.body, {
      attributes: true,
      attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"],
    });
    this.wishes = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) =>
      matchMedia(query),
    );
    this.onwish = () => {
      this.readTheme();
      this.schedule();
    };
    for (const wish of this.wishes) wish.addEventListener("change", this.onwish);
    link.views.add(this);
    this.readTheme();
    this.on("params");
    this.on("frame");
  }
  presets() {
    const presets = this.link.spec.presets;
    if (!presets.length) return null;
    if (presets.length > 6) {
      const list = h(
        "select",
        {
          "aria-label": "Presets",
          ...KEYS,
          onchange: () => {
            if (list.selectedIndex) this.link.set(presets[list.selectedIndex - 1].params);
          },
        },
        h("option", {}, "Presets …"),
        ...presets.map((p) => h("option", {}, typeset(p.name))),
      );
      this.preset = (index) => {
        list.selectedIndex = index + 1;
      };
      return h("div", { class: "nl-presets" }, list);
    }
    const chips = presets.map((p) =>
      h(
        "button",
        { type: "button", "aria-pressed": "false", ...KEYS, onclick: () => this.link.set(p.params) },
        typeset(p.name),
      ),
    );
    this.preset = (index) =>
      chips.forEach((chip, i) => chip.setAttribute("aria-pressed", String(i === index)));
    return h("div", { class: "nl-presets", role: "group", "aria-label": "Presets" }, ...chips);
  }
  buttons() {
    const reset = h(
      "button",
      {
        type: "button",
        ...KEYS,
        title: "All controls back to where they started",
        onclick: () =>
          this.link.set(Object.fromEntries(this.link.spec.controls.map((c) => [c.name, c.value]))),
      },
      "Reset",
    );
    this.pinButton = h(
      "button",
      { type: "button", "aria-pressed": "false", ...KEYS, title: PIN, onclick: () => this.link.pin() },
      "Pin",
    );
    const copy = h(
      "button",
      {
        type: "button",
        ...KEYS,
        title: "Copy the line of Python that gives this figure",
        onclick: async () => {
          const done = await copyText(this.link.frame.code, this.root);
          copy.textContent = done ? "Copied" : "Not allowed here";
          this.say(done ? `Copied: ${this.link.frame.code}` : this.link.frame.code);
          setTimeout(() => {
            copy.textContent = "Copy code";
          }, 1500);
        },
      },
      "Copy code",
    );
    return h("div", { class: "nl-buttons" }, reset, this.pinButton, copy);
  }
  /** Set parameters from a click in a panel. */
  set(values) {
    const known = Object.entries(values).filter(([name]) => name in this.specs);
    this.link.set(Object.fromEntries(known.map(([name, value]) => [name, snap(value, this.specs[name])])));
  }
  on(what, detail) {
    if (what === "params") {
      for (const [name, c] of Object.entries(this.controls)) {
        if (this.synced[name] !== this.link.params[name])
          c.sync((this.synced[name] = this.link.params[name]));
      }
      const same = (p) => Object.entries(p.params).every(([name, value]) => this.link.params[name] === value);
      this.preset?.(this.link.spec.presets.findIndex(same));
    } else if (what === "error") {
      const { message, where } = this.link.error;
      this.error.replaceChildren(h("b", {}, message), h("pre", {}, where));
      this.error.hidden = false;
      this.root.classList.add("nl-failed");
    } else if (what === "wait") {
      if (this.note.textContent !== detail) this.note.textContent = detail;
      this.root.classList.toggle("nl-busy", Boolean(detail));
    } else if (what === "frame") {
      if (!this.error.hidden) this.error.hidden = true;
      this.root.classList.remove("nl-failed");
      this.schedule();
    }
  }
  /** Draw at the next frame of the screen, however often this is called before it. */
  schedule() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = null;
      this.draw();
    });
  }
  draw() {
    const { link } = this,
      { frame, layout } = link;
    link.drawn();
    this.build(layout);
    frame.now.forEach((now, i) => this.targets[i].sync(now, frame.reached[i], (text) => this.say(text)));
    const summary = typeset(frame.summary);
    if (this.summary.textContent !== summary) {
      this.summary.textContent = summary;
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => this.say(summary), 600); // once the hand rests
    }
    // its room is kept once it has been used, so that the page does not jump
    if (frame.summary && this.summary.hidden) this.summary.hidden = false;
    if (link.pinned !== this.pinned) {
      this.pinned = link.pinned;
      this.pinButton.setAttribute("aria-pressed", String(Boolean(link.pinned)));
      this.pinButton.textContent = link.pinned ? "Unpin" : "Pin";
      this.pinButton.title = link.pinned ? `Pinned in grey: ${link.pinned.code}` : PIN;
    }
    const gutters = this.plots.map((plot) => plot.gutter(this.gauge)),
      column = (i) => layout.panels[i].place[1];
    this.plots.forEach((plot, i) => {
      // axes that stand above each other share one left edge
      plot.draw(Math.max(...gutters.filter((_, j) => this.narrow || column(j) === column(i))));
      if (frame.settled && frame.alts[i] !== plot.alt)
        plot.canvas.setAttribute("aria-label", (plot.alt = frame.alts[i]));
    });
    this.root.dataset.frame = frame.seq ?? 0;
    this.root.dataset.settled = frame.settled;
  }
  /** Make the panels anew if anything but numbers has changed. */
  build(layout) {
    if (layout === this.shown) return;
    this.shown = layout;
    const key = JSON.stringify([
      layout.columns,
      layout.heights,
      layout.panels.map((p) => [
        p.place,
        p.title,
        p.pick,
        p.marks.map((m) => [m.kind, m.label, m.color, m.dash, m.width, m.fill]),
      ]),
    ]);
    if (key === this.built) return;
    this.built = key;
    this.hover = null;
    this.plots = layout.panels.map((panel, i) => new Plot(this, i, panel));
    this.grid.style.gridTemplateColumns = layout.columns.map((c) => `minmax(0, ${c}fr)`).join(" ");
    this.grid.style.gridTemplateRows = layout.heights
      .map((height) => `auto minmax(${Math.max(LOWEST, Math.round(height * ROW))}px, ${height}fr)`)
      .join(" ");
    layout.panels.forEach((panel, i) => {
      const [row, column, rows, columns] = panel.place,
        element = this.plots[i].element;
      element.style.gridArea = `${2 * row + 1} / ${column + 1} / span ${2 * rows} / span ${columns}`;
      element.style.setProperty(
        "--nl-height",
        `${Math.round(
          clamp(
            layout.heights.slice(row, row + rows).reduce((a, b) => a + b),
            0.5,
            1.4,
          ) * ROW,
        )}px`,
      );
    });
    const stacked = this.plots.reduce(
      (sum, plot) => sum + parseFloat(plot.element.style.getPropertyValue("--nl-height")),
      0,
    );
    this.body.classList.toggle("nl-tall", stacked > 460);
    this.grid.replaceChildren(...this.plots.map((plot) => plot.element));
    this.measure();
    for (const plot of this.plots) this.resized.observe(plot.box);
  }
  measure() {
    this.narrow = getComputedStyle(this.grid).display === "block";
    for (const plot of this.plots) plot.resize(plot.box.clientWidth, plot.box.clientHeight);
  }
  say(text) {
    this.spoken.textContent = text;
  }

  readTheme() {
    // a canvas understands no var() and no color-mix(): let the browser work them out
    const probe = h("span", { class: "nl-probe" });
    this.root.append(probe);
    const read = (name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    // all colours are empty until the element is in the page; the first resize brings us back here
    const [red, green, blue] = (read("--nl-page").match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
    const dark = red + green + blue < 384,
      colours = this.link.spec.palette[dark ? "dark" : "light"];
    colours.forEach((colour, i) => this.root.style.setProperty(`--nl-c${i}`, colour));
    this.root.style.setProperty("--nl-alarm", dark ? "#ff8a80" : "#b3261e");
    this.root.style.colorScheme = dark ? "dark" : "light";
    const named = { ink: read("--nl-fg"), dim: read("--nl-dim") };
    this.theme = {
      fg: named.ink,
      dim: named.dim,
      page: read("--nl-page"),
      grid: read("--nl-grid"),
      axis: read("--nl-axis"),
      ghost: dark ? "#7d8590" : "#9aa1a9",
      colour: (c) => named[c] ?? colours[c % colours.length],
      font: `${FONT}px ${getComputedStyle(this.root).fontFamily || "sans-serif"}`,
    };
    probe.remove();
  }
  close() {
    cancelAnimationFrame(this.pending);
    this.resized.disconnect();
    this.themed.disconnect();
    for (const wish of this.wishes) wish.removeEventListener("change", this.onwish);
    this.link.views.delete(this);
  }
}

/** A task: a ring that gets a tick, and the same in words. */
function target(spec) {
  const mark = h("span", { class: "nl-mark", "aria-hidden": "true" }, "✓"),
    state = h("span", { class: "nl-state" }, "not yet");
  const element = h(
    "li",
    {},
    mark,
    h(
      "div",
      {},
      typeset(spec.text),
      " ",
      state,
      spec.tip ? h("details", {}, h("summary", { ...KEYS }, "Hint"), typeset(spec.tip)) : null,
    ),
  );
  let before = "not yet";
  return {
    element,
    sync(now, reached, say) {
      const words = now && reached ? "reached" : reached ? "reached before" : "not yet";
      if (words === before) return;
      element.classList.toggle("nl-reached", reached);
      element.classList.toggle("nl-now", now && reached);
      state.textContent = words;
      if (words === "reached") say(`Target reached: ${spec.text}`);
      before = words;
    },
  };
}

async function copyText(text, root) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "nl-quiet", "aria-hidden": "true" });
    area.value = text;
    root.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export default {
  initialize({ model }) {
    const link = new Link(model);
    links.set(link.spec.id, link);
    return () => link.close();
  },
  render({ model, el }) {
    const view = new View(links.get(model.get("spec").id), el);
    return () => view.close();
  },
};
