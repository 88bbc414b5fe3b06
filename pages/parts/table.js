// Draws the table of table.py: sorts, searches, pages and exports without asking the server, which hears of picks only.
// Everything from data is set with textContent. State that outlives a redraw is kept on the root element.

const COLLATOR = new Intl.Collator("zh", { numeric: true });

const FEW = 8; // rows that are read at a glance need no search

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function isNumber(column) {
  return column.kind === "number" || column.kind === "id" || column.kind === "figure";
}

function grouped(value) {
  return value === null || value === undefined ? "—" : Number(value).toLocaleString("en-US");
}

function plain(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(" ");
  return typeof value === "object" ? `${value.text} ${value.under || ""}` : String(value);
}

function ordered(value) {
  return value !== null && typeof value === "object" && "order" in value ? value.order : value;
}

function compare(first, second) {
  const left = ordered(first);
  const right = ordered(second);
  if (typeof left === "number" && typeof right === "number") return left - right;
  return COLLATOR.compare(plain(left), plain(right));
}

function shares(counts) {
  const bar = element("span", "share-bar");
  const total = counts.reduce((sum, count) => sum + count, 0);
  counts.forEach((count, index) => {
    if (!count) return;
    const part = element("span", `share share-${index}`);
    part.style.width = `${(100 * count) / total}%`;
    bar.append(part);
  });
  bar.title = counts.map(grouped).join(" + ");
  return bar;
}

function long(text, words) {
  if (!text || text.length <= 24) return element("span", "", text || "—");
  const box = element("details");
  box.append(element("summary", "", words.open), element("div", "whole", text));
  return box;
}

function titled(made, title) {
  if (title) made.title = title;
  return made;
}

function figure(value) {
  const box = titled(element("span", `figure-text ${value.tone}`, value.text), value.title);
  if (value.under) box.append(element("small", "", value.under));
  return box;
}

function picture(value) {
  if (!value.src) return element("span", "absent", value.text);
  const image = element("img", "cell-picture");
  image.src = value.src;
  image.alt = value.text;
  return image;
}

function content(value, column, words) {
  if (column.kind === "number") return element("span", "", grouped(value));
  if (column.kind === "mark") return titled(element("span", `tone ${value.tone}`, value.text), value.title);
  if (column.kind === "figure") return figure(value);
  if (column.kind === "picture") return picture(value);
  if (column.kind === "titled") {
    const box = element("div", "", value.text);
    box.append(element("span", "under", value.under));
    return box;
  }
  if (column.kind === "shares") return shares(value);
  if (column.kind === "long") return long(value, words);
  if (column.kind === "list") {
    const list = element("ul", "reasons");
    (value || []).forEach((one) => list.append(element("li", "", one)));
    return list;
  }
  return element("span", "", value === null || value === undefined || value === "" ? "—" : value);
}

function header(root, data, draw) {
  const row = element("tr");
  data.columns.forEach((column) => {
    const cell = element("th", isNumber(column) ? "n" : "");
    cell.scope = "col";
    const isSorted = root.sort.name === column.name;
    if (isSorted) cell.ariaSort = root.sort.down ? "descending" : "ascending";
    const button = element("button", "sort", column.label);
    button.type = "button";
    button.title = column.hint ? `${column.hint} · ${data.words.sort}` : data.words.sort;
    button.append(element("span", "arrow", isSorted ? (root.sort.down ? "↓" : "↑") : ""));
    button.onclick = () => {
      root.sort = { name: column.name, down: isSorted && !root.sort.down };
      draw();
    };
    cell.append(button);
    row.append(cell);
  });
  const head = element("thead");
  head.append(row);
  return head;
}

function opener(entry, inside, open) {
  const anchor = element("a", "pick");
  anchor.href = entry.href;
  anchor.append(inside);
  anchor.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(entry.key);
  };
  return anchor;
}

function groupLine(name, width) {
  const row = element("tr", "group");
  const cell = element("th", "", name);
  cell.colSpan = width;
  cell.scope = "colgroup";
  row.append(cell);
  return row;
}

function line(entry, data, { pick, open }) {
  const isPicked = data.pickable && entry.key === data.picked;
  const row = element("tr", isPicked ? "picked" : "");
  row.dataset.key = entry.key;
  data.columns.forEach((column, index) => {
    const cell = element("td", `${isNumber(column) ? "n" : ""} ${column.kind}`.trim());
    cell.dataset.label = column.label;
    const inside = content(entry[column.name], column, data.words);
    if (data.pickable && index === 0) {
      const button = element("button", "pick");
      button.type = "button";
      button.ariaPressed = String(isPicked);
      button.append(inside);
      button.onclick = () => pick(entry.key);
      cell.append(button);
    } else if (entry.href && index === 0) {
      cell.append(opener(entry, inside, open));
    } else {
      cell.append(inside);
    }
    row.append(cell);
  });
  if (entry.href) {
    row.dataset.href = entry.href;
    row.onclick = (event) => {
      if (!event.target.closest("a, button, details") && !String(window.getSelection())) open(entry.key);
    };
  }
  return row;
}

function found(root, data) {
  const wanted = root.query.trim().toLowerCase();
  const rows = data.rows.filter(
    (entry) => !wanted || data.columns.some((one) => plain(entry[one.name]).toLowerCase().includes(wanted)),
  );
  if (!root.sort.name) return rows;
  const sign = root.sort.down ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(a[root.sort.name], b[root.sort.name]));
}

function field(value) {
  const text = plain(value).trim();
  const number = text.replace(/\u2212/g, "-");
  if (/^[-+]?[\d.,%]+$/.test(number)) return /[,]/.test(number) ? `"${number}"` : number;
  const safe = /^[=@+\-\t\r]/.test(text) ? `'${text}` : text; // a spreadsheet would take it for a formula
  return `"${safe.replace(/"/g, '""')}"`;
}

function download(root, data) {
  const query = root.query.trim();
  const said = query ? [...data.export.stamp, `${data.words.search}: ${query}`] : data.export.stamp;
  const lines = said.map((text) => field(`# ${text}`));
  const kept = data.columns.filter((one) => one.kind !== "picture");
  const hasGroups = data.rows.some((entry) => entry.group);
  lines.push([...(hasGroups ? [""] : []), ...kept.map((one) => one.label)].map(field).join(","));
  found(root, data).forEach((entry) => {
    lines.push([...(hasGroups ? [entry.group] : []), ...kept.map((one) => entry[one.name])].map(field).join(","));
  });
  const anchor = element("a");
  anchor.href = URL.createObjectURL(new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
  anchor.download = data.export.file;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}

function bar(root, data, draw) {
  const box = element("div", "table-bar");
  const label = element("label", "", data.words.search);
  const input = element("input");
  input.type = "search";
  input.value = root.query;
  input.ariaLabel = data.words.search;
  input.oninput = () => {
    root.query = input.value;
    root.shown = data.page;
    draw();
  };
  label.append(input);
  const right = element("span", "table-right");
  right.append(element("span", "table-count"));
  if (data.export) {
    const button = element("button", "more", data.words.export);
    button.type = "button";
    button.onclick = () => download(root, data);
    right.append(button);
  }
  if (data.rows.length > FEW) box.append(label);
  box.append(right);
  return box;
}

function body(root, data, acts, draw) {
  const rows = found(root, data);
  const visible = rows.slice(0, root.shown);
  const table = element("table", `list ${data.look}`.trim());
  table.append(element("caption", "unseen", data.caption), header(root, data, draw));
  const lines = element("tbody");
  visible.forEach((entry, index) => {
    const isNew = index === 0 || visible[index - 1].group !== entry.group;
    if (entry.group && isNew && !root.sort.name) lines.append(groupLine(entry.group, data.columns.length));
    lines.append(line(entry, data, acts));
  });
  table.append(lines);
  const holder = element("div", "table-scroll");
  holder.tabIndex = 0;
  holder.role = "region";
  holder.ariaLabel = data.caption;
  holder.append(table);
  if (!rows.length) holder.append(element("p", "note", data.words.none));
  if (rows.length > visible.length) {
    const more = element("button", "more", fill(data.words.more, { count: Math.min(data.page, rows.length - visible.length) }));
    more.type = "button";
    more.onclick = () => {
      root.shown += data.page;
      draw();
    };
    holder.append(more);
  }
  root.querySelector(".table-count").textContent = fill(data.words.count, {
    shown: grouped(visible.length),
    total: grouped(data.rows.length),
  });
  return holder;
}

// Draws anew; what had the focus has it again, in a row by the row's key, else by its place: behind the rows that were
// shown stand those that were asked for.
function keepingFocus(root, draw) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const key = held?.closest("tr")?.dataset.key;
  const left = root.querySelector(".table-scroll")?.scrollLeft;
  const places = () => {
    const scope = key === undefined ? root : [...root.querySelectorAll("tr")].find((one) => one.dataset.key === key);
    return [...(scope?.querySelectorAll("input, button, a, summary, .table-scroll") ?? [])];
  };
  const place = places().indexOf(held);
  draw();
  const holder = root.querySelector(".table-scroll");
  holder.scrollLeft = left ?? 0;
  if (held) (places()[place] ?? holder).focus({ preventScroll: true });
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector(":scope > .integrity-table");
  if (!root) {
    root = element("div", "integrity-table");
    root.sort = { name: null, down: false };
    root.query = "";
    root.shown = data.page;
    parentElement.append(root);
  }
  const acts = {
    pick: (key) => setTriggerValue("picked", key),
    open: (key) => setTriggerValue("opened", key),
  };
  const draw = () =>
    keepingFocus(root, () => {
      root.querySelector(".table-scroll")?.remove();
      root.append(body(root, data, acts, draw));
    });
  keepingFocus(root, () => {
    root.replaceChildren();
    if (data.rows.length > FEW || data.export) root.append(bar(root, data, draw));
    else root.append(Object.assign(element("span", "table-count"), { hidden: true }));
    draw();
  });
}
