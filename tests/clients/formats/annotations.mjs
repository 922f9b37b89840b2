// Reads workflow commands as the runner does, and has GitHub's own toolkit write them again: the lines must be
// the same. Usage: node annotations.mjs TOOLKIT FILE…
import { readFileSync } from "node:fs";
import { EOL } from "node:os";
import { pathToFileURL } from "node:url";

const [, , toolkit, ...files] = process.argv;
const { issueCommand } = await import(pathToFileURL(`${toolkit}/lib/command.js`));

const data = (text) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
const property = (text) =>
  text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%25", "%");

/** What the toolkit prints for a command. */
function written(name, properties, message) {
  const real = process.stdout.write;
  let out = "";
  process.stdout.write = (text) => (out += text, true);
  try {
    issueCommand(name, properties, message);
  } finally {
    process.stdout.write = real;
  }
  return out.endsWith(EOL) ? out.slice(0, -EOL.length) : out;
}

let seen = 0;
for (const file of files) {
  const lines = readFileSync(file, "utf8").split("\n");
  const commands = lines.filter((line) => line.trimStart().startsWith("::"));
  if (commands.length > 10) throw new Error(`${file}: ${commands.length} annotations`);
  for (const line of lines) {
    if (line.includes("##[")) throw new Error(`${file}: an old command: ${line}`);
  }
  for (const line of commands) {
    const parts = /^::(error|warning|notice) ([^:]*)::(.*)$/s.exec(line);
    if (!parts) throw new Error(`${file}: no annotation: ${line}`);
    const pairs = parts[2].split(",").map((pair) => pair.split(/=(.*)/s).slice(0, 2));
    const properties = Object.fromEntries(pairs.map(([key, value]) => [key, property(value)]));
    for (const key of Object.keys(properties)) {
      if (!["file", "line", "endLine", "col", "endColumn", "title"].includes(key)) throw new Error(`${file}: ${key}`);
    }
    const again = written(parts[1], properties, data(parts[3]));
    if (again !== line) throw new Error(`${file}:\n${line}\nis written by the toolkit as\n${again}`);
    seen += 1;
  }
}
console.log(`${seen} annotations in ${files.length} files`);
