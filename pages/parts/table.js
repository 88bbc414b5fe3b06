// Draws the table of table.py: sorts, searches, pages and picks without asking the server, except for a pick.
// Everything from data is set with textContent. State that outlives a redraw is kept on the root element.

const COLLATOR = new Intl.Collator("zh", { numeric: true });

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
  return column.kind === "number" || column.kind === "id";
}

function grouped(value) {
  return value === null || value === undefined ? "—" : Number(value).toLocaleString("en-US");
}

function plain(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(" ");
  return typeof value === "object" ? `${value.text} ${value.under || ""}` : String(value);
}

function compare(left, right) {
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

function content(value, column, words) {
  if (column.kind === "number") return element("span", "", grouped(value));
  if (column.kind === "mark") return element("span", `tone ${value.tone}`, value.text);
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
    button.title = data.words.sort;
    button.append(element("span", "arrow", isSorted ? (root.sort.down ? "↓" : "↑") : ""));
    button.onclick = () => {
      root.sort = { name: column.name, down: isSorted && !root.sort.down };
      draw();
      root.querySelectorAll("th button")[data.columns.indexOf(column)].focus();
    };
    cell.append(button);
    row.append(cell);
  });
  const head = element("thead");
  head.append(row);
  return head;
}

function line(entry, data, pick) {
  const isPicked = data.pickable && entry.key === data.picked;
  const row = element("tr", isPicked ? "picked" : "");
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
    } else {
      cell.append(inside);
    }
    row.append(cell);
  });
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
  box.append(label, element("span", "table-count"));
  return box;
}

function body(root, data, pick, draw) {
  const rows = found(root, data);
  const visible = rows.slice(0, root.shown);
  const table = element("table", "list");
  table.append(element("caption", "unseen", data.caption), header(root, data, draw));
  const lines = element("tbody");
  visible.forEach((entry) => lines.append(line(entry, data, pick)));
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
  const pick = (key) => setTriggerValue("picked", key);
  const draw = () => {
    root.querySelector(".table-scroll")?.remove();
    root.append(body(root, data, pick, draw));
  };
  root.replaceChildren();
  if (data.rows.length > 5) root.append(bar(root, data, draw));
  else root.append(Object.assign(element("span", "table-count"), { hidden: true }));
  draw();
}
