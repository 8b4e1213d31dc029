"use strict";
(() => {
  const ROW = 26; // pixels, as in the style sheet
  const AROUND = 6; // rows that are ready above and below those that are seen
  const MOST_KINDS = 200;
  const MOST_NAMES = 40;
  const MOST_PRINTED = 2000;

  const $ = (id) => document.getElementById(id);
  const sheet = JSON.parse($("sheet").textContent);

  // What became of a command, from the best to the worst: letter, words, colour.
  const OUTCOMES = [
    ["", "not reached", "--none"],
    ["s", "branch not taken", "--skipped"],
    ["e", "done earlier", "--earlier"],
    ["u", "unchanged", "--unchanged"],
    ["d", "done", "--done"],
    ["i", "error ignored", "--ignored"],
    ["p", "rows left", "--partly"],
    ["r", "at work at the end", "--flight"],
    ["f", "failed", "--failed"],
  ];
  const RANK = new Map(OUTCOMES.map(([letter], rank) => [letter, rank]));
  const FAILED = RANK.get("f");
  const STATES = ["failed", "unreachable", "unfinished", "fresh", "done"];
  const STATE_WORDS = { fresh: "not begun" };
  const STATE_COLOURS = {
    done: "--done", failed: "--failed", unreachable: "--unreachable", unfinished: "--partly", fresh: "--skipped",
  };

  // Text

  const ANSI = /\u001b(?:\[[0-?]*[ -\/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

  /** A text without colours of a terminal, with everything invisible made visible. */
  function visible(text) {
    return text.replace(/\r\n/g, "\n").replace(ANSI, "").replace(HIDDEN, (char) => {
      const code = char.charCodeAt(0);
      return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
    });
  }

  /** A number of seconds as a person says it. */
  function duration(seconds) {
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    if (whole < 60) return `${whole} s`;
    const two = (number) => String(number).padStart(2, "0");
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
    return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  }

  function count(number, noun) {
    return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
  }

  /** An element; texts become text, never markup. */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  // The run

  const columns = sheet.columns.map(([section, line, text, depth, repeated], number) => ({
    number, section, line, text: visible(text), depth, repeated,
    title: `${section} ${line}: ${visible(text)}`,
  }));
  const main = sheet.undo ? "[Undo]" : "[Batch]";
  const CONTROLLER = "[Init]"; // stands among the machines, and is none

  const machines = sheet.machines.map(([name, state, code, begun, ended, cells], number) => {
    const ranks = new Uint8Array(columns.length);
    let seconds = 0;
    for (const [column, outcome, , , took] of cells) {
      ranks[column] = RANK.get(outcome) ?? 0;
      if (!columns[column].repeated) seconds += took;
    }
    const took = begun === null ? 0 : ended === null ? seconds : ended - begun;
    return { number, name: visible(name), state, code, begun, took, cells, ranks, faults: [], text: "" };
  });

  const faults = sheet.faults.map(([machine, column, row, data, code, message, help, program, output, at, fate]) => {
    const fault = {
      machine: machines[machine], column: columns[column], row, data: visible(data), code, help: visible(help), program,
      output: visible(output), at, fate,
      title: program ? visible(message) : `error ${code}: ${visible(message)}`,
    };
    fault.machine.faults.push(fault);
    return fault;
  });

  for (const machine of machines) {
    const said = machine.faults.map((fault) =>
      [fault.title, fault.code, fault.column?.text ?? "", fault.data, fault.output].join("\n"));
    machine.text = [machine.name, ...said].join("\n").toLowerCase();
  }

  const longestRun = Math.max(sheet.seconds, ...[0], machines.reduce((most, machine) =>
    Math.max(most, machine.begun === null ? 0 : machine.begun + machine.took), 0)) || 1;
  const longestOwn = machines.reduce((most, machine) => Math.max(most, machine.took), 0) || 1;
  const slowest = machines.reduce((most, machine) =>
    machine.cells.reduce((longest, cell) => Math.max(longest, cell[4]), most), 0);

  // What is shown of it

  const view = {
    states: new Set(), query: "", order: "script", colours: "outcome", scale: "run", tab: "machines",
    rows: machines, active: -1, open: null,
  };

  function choose() {
    const words = view.query.toLowerCase().split(/\s+/).filter(Boolean);
    const holds = (machine) => (view.states.size === 0 || view.states.has(machine.state)) &&
      words.every((word) => machine.text.includes(word));
    const rows = machines.filter(holds);
    const orders = {
      worst: (one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state) || one.number - other.number,
      slow: (one, other) => other.took - one.took || one.number - other.number,
      name: (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }),
    };
    view.rows = view.order === "script" ? rows : rows.sort(orders[view.order]);
    const active = view.open ? view.rows.indexOf(view.open) : -1;
    view.active = active >= 0 ? active : view.rows.length ? 0 : -1;
  }

  const listed = machines.filter((machine) => machine.name !== CONTROLLER);

  function refresh() {
    choose();
    const found = view.rows.filter((machine) => machine.name !== CONTROLLER).length;
    $("found").textContent = `${found === listed.length ? "" : `${found} of `}${count(listed.length, "machine")}`;
    list.scrollTop = 0;
    show();
  }

  function show() {
    for (const name of ["machines", "errors", "commands", "notes"]) $(name).hidden = name !== view.tab;
    if (view.tab === "machines") showMachines();
    if (view.tab === "errors") showErrors();
    if (view.tab === "commands") showCommands();
    if (view.tab === "notes") showNotes();
  }

  // Colours

  let palette = {};

  function readPalette() {
    const style = getComputedStyle(document.documentElement);
    palette = {};
    const names = ["--line", "--ink", "--quiet", "--accent", "--cool", "--hot", "--mark", "--unreachable"];
    for (const name of [...names, ...OUTCOMES.map((entry) => entry[2])]) {
      palette[name] = style.getPropertyValue(name).trim();
    }
    const parts = (name) => [1, 3, 5].map((at) => parseInt(palette[name].slice(at, at + 2), 16));
    const [cool, hot] = [parts("--cool"), parts("--hot")];
    palette.heat = Array.from({ length: 33 }, (_, step) =>
      `rgb(${cool.map((from, at) => Math.round(from + ((hot[at] - from) * step) / 32)).join(" ")})`);
  }

  function heat(seconds) {
    const share = slowest > 0 ? Math.log1p(seconds / 0.05) / Math.log1p(slowest / 0.05) : 0;
    return palette.heat[Math.round(Math.min(1, share) * 32)];
  }

  /** A canvas made as large as it is shown, with the width and height in pixels of the page. */
  function context(canvas, height = canvas.clientHeight) {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    return { pen, width, height };
  }

  const WIDEST = 34; // pixels of a cell
  const cellWidth = (width) => Math.min(WIDEST, width / Math.max(1, columns.length));

  // The rows of machines

  const list = $("list");
  const rows = [];

  function makeRow() {
    const name = element("span", { class: "name", role: "gridcell" });
    const state = element("span", { class: "state", role: "gridcell" });
    const cells = element("canvas", { class: "heat", role: "gridcell" });
    const time = element("canvas", { class: "time", "aria-hidden": "true" });
    const took = element("span", { class: "took", role: "gridcell" });
    const row = element("div", { class: "row", role: "row" }, name, state, cells, time, took);
    row.style.position = "absolute";
    row.style.left = row.style.right = "0";
    $("window").append(row);
    return { row, name, state, cells, time, took, index: -1, machine: null };
  }

  function showMachines() {
    $("sizer").style.height = `${Math.max(view.rows.length * ROW, 1)}px`;
    document.documentElement.style.setProperty("--scrollbar", `${list.offsetWidth - list.clientWidth}px`);
    list.setAttribute("aria-rowcount", view.rows.length);
    for (const entry of rows) entry.index = -1;
    drawHead();
    makeOverview();
    scroll();
  }

  /** Bring the rows in view up to date; a row that stays is left alone. */
  function scroll() {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - AROUND);
    const needed = Math.ceil(list.clientHeight / ROW) + 2 * AROUND;
    while (rows.length < needed) rows.push(makeRow());
    for (let at = 0; at < rows.length; at += 1) {
      const index = first + ((((at - first) % rows.length) + rows.length) % rows.length);
      fill(rows[at], index);
    }
    if (view.active >= 0) list.setAttribute("aria-activedescendant", `row-${view.active}`);
    else list.removeAttribute("aria-activedescendant");
    drawOverview();
  }

  function fill(entry, index) {
    const machine = view.rows[index];
    entry.row.hidden = machine === undefined;
    entry.row.classList.toggle("active", index === view.active);
    entry.row.setAttribute("aria-selected", index === view.active);
    if (machine === undefined || entry.index === index) return;
    Object.assign(entry, { index, machine });
    entry.row.id = `row-${index}`;
    entry.row.className = `row is-${machine.state}${index === view.active ? " active" : ""}`;
    entry.row.setAttribute("aria-rowindex", index + 1);
    entry.row.style.transform = `translateY(${index * ROW}px)`;
    entry.name.textContent = machine.name;
    entry.state.textContent = STATE_WORDS[machine.state] ?? machine.state;
    entry.took.textContent = machine.begun === null ? "" : duration(machine.took);
    entry.cells.setAttribute("aria-label", summaryOf(machine));
    drawCells(entry.cells, machine);
    drawTime(entry.time, machine);
  }

  function summaryOf(machine) {
    const done = machine.ranks.reduce((sum, rank) => sum + (rank >= 2 && rank <= 5 ? 1 : 0), 0);
    const fault = machine.faults.find((each) => each.fate === "stands");
    return `${count(done, "command")} done${fault ? `; ${fault.title}` : ""}`;
  }

  function drawCells(canvas, machine) {
    const { pen, width, height } = context(canvas);
    const wide = cellWidth(width);
    const gap = wide >= 5 ? 1 : 0;
    const seconds = new Map(view.colours === "time" ? machine.cells.map((cell) => [cell[0], cell[4]]) : []);
    for (const column of columns) {
      const rank = machine.ranks[column.number];
      const took = seconds.get(column.number);
      pen.fillStyle = took !== undefined && rank > 2 ? heat(took) : palette[OUTCOMES[rank][2]];
      const x = column.number * wide;
      pen.fillRect(x, 0, Math.max(wide - gap, 0.5), height);
      if (rank === FAILED && wide >= 8) drawCross(pen, x + (wide - gap) / 2, height / 2);
    }
  }

  /** Failures differ from what is done in more than their colour. */
  function drawCross(pen, x, y) {
    pen.strokeStyle = view.colours === "time" ? palette["--failed"] : palette["--mark"];
    pen.lineWidth = 1.6;
    pen.beginPath();
    pen.moveTo(x - 3, y - 3);
    pen.lineTo(x + 3, y + 3);
    pen.moveTo(x + 3, y - 3);
    pen.lineTo(x - 3, y + 3);
    pen.stroke();
  }

  function timeScale(machine, width) {
    const [from, length] = view.scale === "run" ? [0, longestRun] : [machine.begun ?? 0, longestOwn];
    return (seconds) => ((seconds - from) / length) * width;
  }

  function drawTime(canvas, machine) {
    const { pen, width, height } = context(canvas);
    if (machine.begun === null || width === 0) return;
    const x = timeScale(machine, width);
    const bar = (from, to, colour, inset) => {
      const wide = x(to) - x(from);
      pen.fillStyle = colour;
      pen.fillRect(x(from), inset, Math.max(1, wide > 3 ? wide - 1 : wide), height - 2 * inset);
    };
    bar(machine.begun, machine.begun + machine.took, palette["--skipped"], 7);
    for (const [column, outcome, times, begun, seconds] of machine.cells) {
      const { section, repeated } = columns[column];
      if (repeated || section.startsWith("[Sub ") || (times === 0 && seconds === 0)) continue;
      const rank = RANK.get(outcome);
      bar(begun, begun + seconds, view.colours === "time" ? heat(seconds) : palette[OUTCOMES[rank][2]], 4);
    }
    for (const fault of machine.faults) {
      if (fault.fate === "stands" && fault.column) bar(fault.at, fault.at, palette["--failed"], 1);
    }
  }

  // Above the rows

  function drawHead() {
    const wanted = view.query.toLowerCase().trim();
    const { pen, width, height } = context($("numbers"));
    const wide = cellWidth(width);
    const every = Math.max(1, Math.ceil(26 / wide));
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    for (const column of columns) {
      const x = column.number * wide;
      const found = wanted !== "" && column.text.toLowerCase().includes(wanted);
      pen.fillStyle = found ? palette["--accent"] : palette["--quiet"];
      const first = column.number === 0 || columns[column.number - 1].section !== column.section;
      if (first && column.number > 0) pen.fillRect(x - 1, 0, 1, height);
      if (found) pen.fillRect(x, height - 3, Math.max(1, wide - 1), 3);
      if (column.number % every === 0) pen.fillText(column.line, x + wide / 2, height - 7);
    }
    drawAxis();
  }

  function drawAxis() {
    const { pen, width, height } = context($("axis"));
    if (width === 0) return;
    const length = view.scale === "run" ? longestRun : longestOwn;
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];
    const step = steps.find((each) => (length / each) * 76 <= width) ?? 604800;
    pen.font = "11px system-ui, sans-serif";
    pen.fillStyle = palette["--quiet"];
    for (let at = 0; at <= length; at += step) {
      const x = (at / length) * width;
      pen.fillRect(x, height - 5, 1, 5);
      if (x < width - 30) pen.fillText(at === 0 ? "0" : duration(at).replace(/ 00 (s|min)$/, "").replace(/\.0 s/, " s"), x + 3, height - 7);
    }
  }

  let picture = null;

  /** All machines at one glance: one is as wide as there is room, of several on one pixel the worst is seen. */
  function makeOverview() {
    const canvas = $("overview");
    picture = null;
    canvas.hidden = true;
    if (view.rows.length * ROW <= list.clientHeight || columns.length === 0) return;
    canvas.hidden = false;
    const high = Math.max(1, Math.min(8, Math.floor(88 / columns.length)));
    const strip = 5;
    canvas.style.height = `${columns.length * high + strip + 1}px`;
    const { pen, width, height } = context(canvas);
    if (canvas.width === 0 || canvas.height === 0) return; // on paper
    const pixels = Math.max(1, Math.floor(width));
    const wide = Math.max(1, width / view.rows.length);
    const steps = Math.min(pixels, view.rows.length);
    for (let at = 0; at < steps; at += 1) {
      const from = Math.floor((at * view.rows.length) / steps);
      const to = Math.max(from + 1, Math.floor(((at + 1) * view.rows.length) / steps));
      const x = (from / view.rows.length) * width;
      drawSlice(pen, view.rows.slice(from, to), x, wide + 0.5, high, strip);
    }
    canvas.setAttribute("aria-label", `Overview of ${count(view.rows.length, "machine")}`);
    picture = { width, height, image: document.createElement("canvas") };
    picture.image.width = canvas.width;
    picture.image.height = canvas.height;
    picture.image.getContext("2d").drawImage(canvas, 0, 0);
  }

  function drawSlice(pen, slice, x, wide, high, strip) {
    const state = STATES.find((each) => slice.some((machine) => machine.state === each));
    pen.fillStyle = palette[STATE_COLOURS[state]];
    pen.fillRect(x, 0, wide, strip - 1);
    for (const column of columns) {
      let worst = 0;
      for (const machine of slice) worst = Math.max(worst, machine.ranks[column.number]);
      pen.fillStyle = palette[OUTCOMES[worst][2]];
      pen.fillRect(x, strip + column.number * high, wide, high);
    }
  }

  /** The picture, with a frame around the machines that are in view. */
  function drawOverview() {
    if (picture === null) return;
    const pen = $("overview").getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(picture.image, 0, 0);
    const ratio = window.devicePixelRatio || 1;
    pen.scale(ratio, ratio);
    const whole = view.rows.length * ROW;
    pen.strokeStyle = palette["--ink"];
    pen.lineWidth = 2;
    const wide = Math.max(4, (list.clientHeight / whole) * picture.width);
    pen.strokeRect((list.scrollTop / whole) * picture.width, 1, wide, picture.height - 2);
  }

  function showLegend() {
    const box = (colour, words) => {
      const sample = element("i");
      sample.style.background = colour;
      return element("span", {}, sample, words);
    };
    const seen = new Set(machines.flatMap((machine) => Array.from(machine.ranks)));
    const entries = view.colours === "time"
      ? [box(palette.heat[0], "0 s"), box(palette.heat[16], duration(0.05 * Math.expm1(Math.log1p(slowest / 0.05) / 2))), box(palette.heat[32], duration(slowest))]
      : OUTCOMES.filter((_, rank) => seen.has(rank)).map(([, words, colour]) => box(palette[colour], words));
    $("legend").replaceChildren(...entries);
  }

  // Moving and choosing

  function move(to) {
    if (view.rows.length === 0) return;
    view.active = Math.max(0, Math.min(view.rows.length - 1, to));
    const top = view.active * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
    scroll();
  }

  function keys(event) {
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
    const moves = {
      ArrowDown: view.active + 1, ArrowUp: view.active - 1, PageDown: view.active + page, PageUp: view.active - page,
      Home: 0, End: view.rows.length - 1,
    };
    if (event.key in moves) move(moves[event.key]);
    else if (event.key === "Enter" && view.active >= 0) open(view.rows[view.active]);
    else return;
    event.preventDefault();
  }

  function open(machine) {
    view.open = machine;
    $("tip").hidden = true;
    showDetails(machine);
    $("details").hidden = false;
    $("details").focus();
  }

  function close() {
    if (view.open === null) return;
    view.open = null;
    $("details").hidden = true;
    if (view.tab === "machines") list.focus({ preventScroll: true });
  }

  /** Show a machine in its row too, whatever the filters are. */
  function goTo(machine) {
    if (!view.rows.includes(machine)) {
      view.states.clear();
      view.query = $("search").value = "";
      showStates();
      refresh();
    }
    selectTab("machines");
    move(view.rows.indexOf(machine));
    open(machine);
  }

  // Details of a machine

  function showDetails(machine) {
    const bad = machine.faults.filter((fault) => fault.fate === "stands");
    const other = machine.faults.filter((fault) => fault.fate !== "stands");
    const code = machine.code === null || machine.state === "done" ? "" : `, code ${machine.code}`;
    $("details").replaceChildren(
      element("h2", { id: "details-name" }, machine.name),
      element("button", { type: "button", class: "close", click: close }, "Close"),
      element("p", { class: "quiet" }, `${STATE_WORDS[machine.state] ?? machine.state}${code}`),
      element("p", { class: "quiet" }, machine.begun === null ? "not worked on in this run"
        : `${duration(machine.took)}, begun ${duration(machine.begun)} after the start of the run`),
      ...(bad.length ? [element("h3", {}, count(bad.length, "error")), ...bad.map(faultBox)] : []),
      element("h3", {}, "Commands"),
      commandTable(machine),
      ...(other.length ? [element("h3", {}, "Errors that were ignored or retried"), ...other.map(faultBox)] : []),
    );
  }

  function faultBox(fault) {
    return element("div", { class: `fault ${fault.fate}` },
      element("p", {}, element("b", {}, fault.title), fault.fate === "stands" ? "" : ` (${fault.fate})`),
      fault.column ? element("code", { class: "command" }, fault.column.title) : null,
      fault.row === null ? null : element("p", {}, `data row ${fault.row}: ${fault.data}`),
      fault.help ? element("p", { class: "quiet" }, fault.help) : null,
      fault.output ? element("pre", { tabindex: "0" }, fault.output) : null);
  }

  function commandTable(machine) {
    const cells = new Map(machine.cells.map((cell) => [cell[0], cell]));
    const body = columns.filter((column) => cells.has(column.number) || column.section === main).map((column) => {
      const [, outcome = "", times = 0, begun = 0, seconds = 0, ignored = 0, output = -1] = cells.get(column.number) ?? [];
      const words = OUTCOMES[RANK.get(outcome)][1] + (ignored > 1 ? ` ${ignored} times` : "");
      const command = element("code", { class: "command" }, "\u00a0\u00a0".repeat(column.depth) + column.text);
      const said = output < 0 ? null : element("details", {}, element("summary", { class: "quiet" }, "output"),
        element("pre", { tabindex: "0" }, visible(sheet.texts[output])));
      const here = times > 0 || outcome === "f" || outcome === "r";
      return element("tr", {},
        element("td", { class: "number" }, column.section === main ? String(column.line) : `${column.section} ${column.line}`),
        element("td", {}, command, said),
        element("td", { class: "outcome" }, words + (times > 1 ? ` (${times}×)` : "")),
        element("td", { class: "number" }, here ? duration(begun) : ""),
        element("td", { class: "number" }, here ? duration(seconds) : ""));
    });
    const head = ["Line", "Command", "Outcome", "Began at", "Took"].map((word, at) =>
      element("th", { class: [0, 3, 4].includes(at) ? "number" : "" }, word));
    return element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
  }

  // Errors, those that are alike together

  function kinds() {
    const chosen = new Set(view.rows);
    const found = new Map();
    for (const fault of faults) {
      if (!chosen.has(fault.machine)) continue;
      const key = JSON.stringify([fault.column?.number ?? -1, fault.title, fault.fate]);
      if (!found.has(key)) found.set(key, { first: fault, machines: new Set(), times: 0 });
      const kind = found.get(key);
      kind.machines.add(fault.machine);
      kind.times += 1;
    }
    const stands = (kind) => (kind.first.fate === "stands" ? 0 : 1);
    return [...found.values()].sort((one, other) => stands(one) - stands(other) || other.machines.size - one.machines.size);
  }

  function showErrors() {
    const found = kinds();
    const boxes = found.slice(0, MOST_KINDS).map(kindBox);
    if (found.length > MOST_KINDS) {
      boxes.push(element("p", { class: "quiet" }, `… and ${count(found.length - MOST_KINDS, "more kind")} of errors; search for one`));
    }
    if (sheet.left_out) boxes.push(element("p", { class: "quiet" }, `${count(sheet.left_out, "further error")} of the same kinds had no room here`));
    $("errors").replaceChildren(...(boxes.length ? boxes : [element("p", { class: "nothing" }, "No errors.")]));
  }

  function kindBox({ first, machines: those, times }) {
    const box = faultBox(first);
    const names = element("div", { class: "machines-of" });
    const all = [...those];
    const put = (some) => names.append(...some.map((machine) =>
      element("button", { type: "button", click: () => goTo(machine) }, machine.name)));
    put(all.slice(0, MOST_NAMES));
    if (all.length > MOST_NAMES) {
      const more = element("button", { type: "button", click: () => { more.remove(); put(all.slice(MOST_NAMES)); } },
        `and ${all.length - MOST_NAMES} more`);
      names.append(more);
    }
    const often = times > those.size ? `, ${times} times` : "";
    const least = sheet.left_out && first.fate !== "stands" ? "at least " : "";
    box.firstChild.append(element("span", { class: "quiet" }, ` · ${least}${count(those.size, "machine")}${often}`));
    box.append(names);
    return box;
  }

  // Commands

  function showCommands() {
    const words = view.query.toLowerCase().trim();
    const tallies = columns.map(() => ({ ranks: new Array(OUTCOMES.length).fill(0), times: [], slow: null, most: -1 }));
    for (const machine of view.rows) {
      for (const [column, outcome, times, , seconds] of machine.cells) {
        const tally = tallies[column];
        tally.ranks[RANK.get(outcome)] += 1;
        if (times === 0 && outcome !== "f") continue;
        tally.times.push(seconds);
        if (seconds > tally.most) Object.assign(tally, { most: seconds, slow: machine });
      }
    }
    const matching = columns.filter((column) => column.text.toLowerCase().includes(words));
    const body = (matching.length ? matching : columns).map((column) => commandRow(column, tallies[column.number]));
    const head = ["Line", "Command", "Outcomes", "Machines", "Median", "Slowest", "On"].map((word, at) =>
      element("th", { class: [0, 3, 4, 5].includes(at) ? "number" : "" }, word));
    $("commands").replaceChildren(columns.length
      ? element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body))
      : element("p", { class: "nothing" }, "No commands."));
  }

  function commandRow(column, tally) {
    const sum = tally.ranks.reduce((one, other) => one + other, 0);
    const share = element("div", { class: "share", role: "img" });
    const said = [];
    for (let rank = OUTCOMES.length - 1; rank > 0; rank -= 1) {
      if (!tally.ranks[rank]) continue;
      const part = element("i");
      part.style.background = palette[OUTCOMES[rank][2]];
      part.style.width = `${(tally.ranks[rank] / Math.max(1, view.rows.length)) * 100}%`;
      share.append(part);
      said.push(`${tally.ranks[rank]} ${OUTCOMES[rank][1]}`);
    }
    share.setAttribute("aria-label", said.join(", "));
    share.title = said.join(", ");
    tally.times.sort((one, other) => one - other);
    const middle = tally.times[Math.floor(tally.times.length / 2)];
    return element("tr", {},
      element("td", { class: "number" }, `${column.section} ${column.line}`),
      element("td", {}, element("code", { class: "command" }, "\u00a0\u00a0".repeat(column.depth) + column.text)),
      element("td", {}, share),
      element("td", { class: "number" }, String(sum)),
      element("td", { class: "number" }, middle === undefined ? "" : duration(middle)),
      element("td", { class: "number" }, tally.slow ? duration(tally.most) : ""),
      element("td", {}, tally.slow
        ? element("button", { type: "button", class: "link", click: () => goTo(tally.slow) }, tally.slow.name) : null));
  }

  // Notes

  function showNotes() {
    const facts = [
      ["Script", sheet.script], ["Controller", sheet.host], ["Begun", sheet.begun], ["Took", sheet.begun ? duration(sheet.seconds) : ""],
      ["Exit status", sheet.status === null ? "none" : String(sheet.status)], ["SetupBatcher", sheet.product],
    ].filter(([, value]) => value);
    const body = facts.map(([name, value]) => element("tr", {}, element("th", {}, name), element("td", {}, visible(value))));
    $("notes").replaceChildren(element("table", {}, element("tbody", {}, ...body)),
      ...sheet.notices.map((text) => element("p", {}, visible(text))));
  }

  // Filters and tabs

  function showStates() {
    const buttons = STATES.map((state) => [state, listed.filter((machine) => machine.state === state).length])
      .filter(([, number]) => number > 0)
      .map(([state, number]) => element("button", {
        type: "button", class: `is-${state}`, "aria-pressed": String(view.states.has(state)), "data-state": state,
        click: () => {
          if (!view.states.delete(state)) view.states.add(state);
          showStates();
          document.querySelector(`[data-state="${state}"]`).focus();
          refresh();
        },
      }, element("b", {}, String(number)), STATE_WORDS[state] ?? state));
    $("states").replaceChildren(...buttons);
  }

  const TABS = ["machines", "errors", "commands", "notes"];

  function selectTab(name) {
    view.tab = name;
    for (const each of TABS) {
      $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
      $(`tab-${each}`).tabIndex = each === name ? 0 : -1;
    }
    show();
  }

  // Hints under the pointer

  function hint(event) {
    const entry = rows.find((each) => each.row.contains(event.target));
    const text = entry && entry.machine ? hintOf(entry, event) : "";
    const tip = $("tip");
    tip.hidden = text === "";
    if (tip.hidden) return;
    tip.textContent = text;
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, window.innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${event.clientY + 18 + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 8 : event.clientY + 18}px`;
  }

  function hintOf(entry, event) {
    const { machine } = entry;
    if (event.target === entry.name) return entry.name.scrollWidth > entry.name.clientWidth ? machine.name : "";
    if (event.target === entry.cells) {
      const at = Math.floor(event.offsetX / cellWidth(entry.cells.clientWidth));
      return columns[at] ? cellHint(machine, columns[at]) : "";
    }
    if (event.target !== entry.time || machine.begun === null) return "";
    const x = timeScale(machine, entry.time.clientWidth);
    const near = machine.cells.filter(([column]) => !columns[column].repeated).find(([, , times, begun, seconds]) =>
      times > 0 && event.offsetX >= x(begun) - 1 && event.offsetX <= x(begun + seconds) + 1);
    return near ? cellHint(machine, columns[near[0]]) : "";
  }

  function cellHint(machine, column) {
    const cell = machine.cells.find(([number]) => number === column.number);
    const words = OUTCOMES[machine.ranks[column.number]][1];
    const fault = machine.faults.find((each) => each.column === column && each.fate === "stands");
    const took = cell && (cell[2] > 0 || fault) ? `, ${duration(cell[4])}${cell[2] > 1 ? `, ${cell[2]} times` : ""}` : "";
    return `${column.title}\n${words}${took}${fault ? `\n${fault.title}` : ""}`;
  }

  // On paper

  function fillPaper() {
    const shown = view.rows.slice(0, MOST_PRINTED);
    const body = shown.map((machine) => {
      const fault = machine.faults.find((each) => each.fate === "stands");
      return element("tr", {}, element("td", {}, machine.name), element("td", {}, STATE_WORDS[machine.state] ?? machine.state),
        element("td", {}, fault ? `${fault.title}${fault.column ? ` · ${fault.column.title}` : ""}` : ""),
        element("td", { class: "number" }, machine.begun === null ? "" : duration(machine.took)));
    });
    if (view.rows.length > shown.length) {
      body.push(element("tr", {}, element("td", {}, `… and ${view.rows.length - shown.length} more`)));
    }
    $("paper").replaceChildren(element("tbody", {}, ...body));
    showErrors();
  }

  // Begin

  function redraw() {
    readPalette();
    showLegend();
    show();
  }

  function listen() {
    list.addEventListener("scroll", scroll, { passive: true });
    list.addEventListener("keydown", keys);
    list.addEventListener("click", (event) => {
      const entry = rows.find((each) => each.row.contains(event.target));
      if (!entry) return;
      move(entry.index);
      open(entry.machine);
    });
    list.addEventListener("pointermove", hint);
    list.addEventListener("pointerleave", () => { $("tip").hidden = true; });
    const jump = (event) => {
      if (event.type === "pointermove" && event.buttons === 0) return;
      const whole = view.rows.length * ROW;
      list.scrollTop = (event.offsetX / picture.width) * whole - list.clientHeight / 2;
    };
    $("overview").addEventListener("pointerdown", jump);
    $("overview").addEventListener("pointermove", jump);
    let waiting = 0;
    $("search").addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { view.query = $("search").value; refresh(); }, 80);
    });
    for (const name of ["order", "colours", "scale"]) {
      $(name).addEventListener("change", () => { view[name] = $(name).value; showLegend(); refresh(); });
    }
    for (const name of TABS) {
      $(`tab-${name}`).addEventListener("click", () => selectTab(name));
      $(`tab-${name}`).addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length];
        selectTab(next);
        $(`tab-${next}`).focus();
      });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
        event.preventDefault();
        $("search").focus();
      }
    });
    window.addEventListener("resize", redraw);
    window.addEventListener("beforeprint", fillPaper);
    window.addEventListener("afterprint", show);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  $("app").hidden = false;
  if (columns.length < 12) document.documentElement.style.setProperty("--heat", `${Math.max(2, columns.length) * WIDEST}px`);
  const bad = kinds().filter((kind) => kind.first.fate === "stands").length;
  if (bad) $("tab-errors").append(element("span", { class: "quiet" }, ` ${bad}`));
  readPalette();
  showStates();
  showLegend();
  listen();
  refresh();
})();
