// Writes the sheets that standard input tells, by SheetJS.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const XLSX = createRequire(process.cwd() + "/.node-sheetjs/")("xlsx");
const told = JSON.parse(readFileSync(0, "utf8"));
const book = XLSX.utils.book_new();
for (const [name, rows] of Object.entries(told.sheets)) {
  const sheet = {};
  rows.forEach((row, r) => row.forEach((cell, c) => { if (cell) sheet[XLSX.utils.encode_cell({ r, c })] = cell; }));
  const width = Math.max(...rows.map((row) => row.length));
  sheet["!ref"] = XLSX.utils.encode_range({ r: 0, c: 0 }, { r: rows.length - 1, c: width - 1 });
  XLSX.utils.book_append_sheet(book, sheet, name);
}
book.Workbook = { Sheets: Object.keys(told.sheets).map((name) => ({ name, Hidden: name === told.hidden ? 1 : 0 })) };
const [kind, shared] = told.kind.split(" ");
XLSX.writeFile(book, told.path, { bookType: kind, bookSST: shared === "shared" });
