import { fenceFor } from "./format.js";

const mostCells = 600;

/** A table in Markdown; "" if these rows are none. */
export function tableOf(rows) {
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (rows.length === 0 || width < 2 || rows.length * width > mostCells) return "";
  const line = (cells) => `| ${Array.from({ length: width }, (_, i) => cellOf(cells[i] ?? "")).join(" | ")} |`;
  const [head, ...rest] = rows;
  return [line(head), `|${" --- |".repeat(width)}`, ...rest.map(line)].join("\n");
}

/** A cell is one line; what would end it is escaped. */
function cellOf(text) {
  return text.trim().replace(/\s+/g, " ").replace(/\\/g, "\\\\").replace(/\|/g, "\\|");
}

/** Several lines of code in a fence. */
export function blockOf(code, language = "") {
  const inner = code.replace(/\r\n?/g, "\n").replace(/^\n+|\s+$/g, "");
  const fence = fenceFor(inner);
  return `${fence}${/^[a-z0-9+#._-]{1,20}$/i.test(language) ? language : ""}\n${inner}\n${fence}`;
}

/** Whether text is inside of a fence at its end. */
export function inFence(text) {
  let open = "";
  for (const line of text.split("\n")) {
    const [fence] = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.slice(1) ?? [];
    if (!fence) continue;
    if (!open) open = fence;
    else if (fence[0] === open[0] && fence.length >= open.length) open = "";
  }
  return open !== "";
}

/** What is put in has lines of its own. */
export function onOwnLines(block, text, start, end) {
  const before = start > 0 && text[start - 1] !== "\n" ? "\n" : "";
  const after = text[end] === "\n" ? "" : "\n";
  const insert = before + block + after;
  return { from: start, to: end, insert, select: [start + insert.length, start + insert.length] };
}
