/**
 * Build the page: of the sources, files that a server hands out as they are.
 *
 *     node build.mjs FOLDER BUILD
 *
 * The folder, which must not be there, gets index.html, manifest.webmanifest, sw.js,
 * THIRD-PARTY.txt and, in assets/, what is named by its content and so never changes; beside each
 * text, its gzip form. What index.html and the manifest name by "./" is built too. BUILD is
 * another text for other sources; the same sources make the same bytes.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

/** @typedef {import("esbuild").Metafile} Metafile */
/** @typedef {import("esbuild").BuildOptions} BuildOptions */

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, "src");
const REFERENCE = /"\.\/([^"]+)"/g;
const BUNDLED = new Set([".js", ".css"]);
const TEXTS = new Set([".css", ".html", ".js", ".svg", ".txt", ".webmanifest"]);
const REEXPORT = /^export \{.*\} from .*;$/gm;
/** Nothing gets smaller by compression that fits a packet. */
const GZIP_BYTES_MIN = 1024;
const HASH_CHARACTERS = 8;

/** @type {BuildOptions} */
const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none", // they are in THIRD-PARTY.txt
  loader: { ".svg": "file", ".png": "file" },
  logLevel: "warning",
  metafile: true,
  minify: true,
  target: "es2022",
  write: false,
};

/** The files to write, by their names in the folder. @type {Map<string, Uint8Array>} */
const files = new Map();
const [folder, BUILD] = process.argv.slice(2);
const index = await readFile(join(SOURCES, "index.html"), "utf8");
const manifest = await readFile(join(SOURCES, "manifest.webmanifest"), "utf8");

/** The addresses of what stands in the sources by these names. @type {Map<string, string>} */
const addresses = new Map();
const named = new Set([...index.matchAll(REFERENCE), ...manifest.matchAll(REFERENCE)].map((m) => m[1]));
for (const name of named) {
  if (!BUNDLED.has(extname(name))) await copy(name);
}
const entries = [...named].filter((name) => BUNDLED.has(extname(name)));
const page = await bundled(entries);
for (const [path, { entryPoint }] of Object.entries(page.outputs)) {
  const name = entryPoint?.slice("src/".length) ?? "";
  if (entries.includes(name)) addresses.set(name, `/${whole(page, path)}`);
}
const preloads = [...new Set([...addresses.values()].flatMap((address) => imported(page, address.slice(1))))];
const SCRIPT = '<script type="module"';
add("index.html", withAddresses(index).replace(SCRIPT, preloads.map(preload).join("") + SCRIPT));
add("manifest.webmanifest", withAddresses(manifest));
const assets = [...files.keys()].filter((name) => name.startsWith("assets/")).sort();
const worker = await workerOf(["/", ...assets.map((name) => `/${name}`)]);
add("THIRD-PARTY.txt", await licences([page, worker]));
add("BUILD", BUILD);
await writeAll();

/**
 * Add all that the page's scripts and styles become.
 *
 * @param {string[]} names
 * @returns {Promise<Metafile>}
 */
async function bundled(names) {
  const scripts = names.filter((name) => extname(name) === ".js").map((name) => join(SOURCES, name));
  const result = await build({
    ...COMMON,
    plugins: [behind(await onDemand(scripts)), apart("marked"), reduced()],
    assetNames: `[name]-[hash]`,
    chunkNames: `[name]-[hash]`,
    define: { BUILD: JSON.stringify(BUILD) },
    entryNames: `[name]-[hash]`,
    entryPoints: names.map((name) => `src/${name}`),
    outdir: "assets",
    publicPath: "/assets",
    splitting: true,
  });
  for (const file of result.outputFiles ?? []) add(`assets/${basename(file.path)}`, file.contents);
  return /** @type {Metafile} */ (result.metafile);
}

/**
 * Return the modules that are imported on demand, each with those that are there by then: the
 * scripts, and for what is asked for within a part, that part.
 *
 * @param {string[]} scripts
 * @returns {Promise<Map<string, string[]>>}
 */
async function onDemand(scripts) {
  const { metafile } = await build({ ...COMMON, entryPoints: scripts, outdir: "assets", splitting: true });
  const { inputs } = /** @type {Metafile} */ (metafile);
  /** @type {Map<string, string[]>} */
  const parts = new Map();
  /** @param {string[]} modules @param {string[]} there */
  const look = (modules, there) => {
    const seen = new Set(modules.map((path) => relative(HERE, path)));
    /** @type {string[]} */
    const found = [];
    for (const module of seen) {
      for (const { kind, path } of inputs[module]?.imports ?? []) {
        if (kind !== "dynamic-import") seen.add(path);
        else if (!parts.has(join(HERE, path))) found.push(join(HERE, path));
      }
    }
    for (const part of found) parts.set(part, there);
    for (const part of found) look([part], there === scripts ? [...scripts, part] : there);
  };
  look(scripts, scripts);
  return parts;
}

/**
 * Have what is imported on demand import what is there by then. It changes nothing for the page, but
 * what that needs is then needed by all alike, and so stays in one file, where it would else be
 * parted by who needs it.
 *
 * @param {Map<string, string[]>} parts
 * @returns {import("esbuild").Plugin}
 */
function behind(parts) {
  return {
    name: "behind",
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path }) => {
        const there = parts.get(path);
        if (there === undefined) return undefined;
        const imports = there.map((one) => `\nimport ${JSON.stringify(one)};`).join("");
        return { contents: (await readFile(path, "utf8")) + imports, loader: "js" };
      });
    },
  };
}

/**
 * Take a package that comes as one file apart into the modules that its source map has, so that
 * those of which nothing is used stay away.
 *
 * @param {string} name of a package whose files have their sources beside them: in src, not in lib
 * @returns {import("esbuild").Plugin}
 */
function apart(name) {
  const home = join(HERE, "node_modules", name);
  const filter = new RegExp(`/node_modules/${name}/src/`);
  return {
    name: "apart",
    async setup({ onLoad, onResolve }) {
      const map = JSON.parse(await readFile(join(home, "lib", `${name}.esm.js.map`), "utf8"));
      /** @param {string} path */
      const module = (path) => ({ path: join(home, "src", path), sideEffects: false });
      onResolve({ filter: new RegExp(`^${name}$`) }, () => module(`${name}.ts`));
      onResolve({ filter: /^\.\// }, ({ importer, path }) => (filter.test(importer) ? module(path) : undefined));
      onLoad({ filter }, ({ path }) => {
        const source = map.sourcesContent[map.sources.indexOf(`../${relative(home, path)}`)];
        const isIndex = basename(path) === `${name}.ts`; // of which more runs than what is exported
        return { contents: isIndex ? source.match(REEXPORT).join("\n") : source, loader: "ts" };
      });
    },
  };
}

/**
 * Keep of the table of emoji what the page shows, and write it short.
 *
 * @returns {import("esbuild").Plugin}
 */
function reduced() {
  return {
    name: "reduced",
    setup({ onLoad }) {
      onLoad({ filter: /\/node_modules\/gemoji\/index\.js$/ }, async ({ path }) => {
        const { gemoji } = /** @type {typeof import("gemoji")} */ (await import(path));
        const groups = [...new Set(gemoji.map(({ category }) => category))];
        const lines = gemoji.map(({ emoji, names, tags, category }) =>
          [emoji, groups.indexOf(category), names.join(" "), tags.join(" ")].join("|"),
        );
        const contents = `const groups = ${JSON.stringify(groups)};
          export const gemoji = ${JSON.stringify(lines)}.map((line) => {
            const [emoji, group, names, tags] = line.split("|");
            return { emoji, category: groups[group], names: names.split(" "), tags: tags.split(" ") };
          });`;
        return { contents, loader: "js" };
      });
    },
  };
}

/**
 * Return the path of a script, or of the file that it consists in importing.
 *
 * @param {Metafile} metafile
 * @param {string} path
 * @returns {string}
 */
function whole(metafile, path) {
  const { imports, inputs } = metafile.outputs[path];
  const isEmpty = Object.values(inputs).every(({ bytesInOutput }) => bytesInOutput === 0);
  const [only, ...others] = imports.filter(({ kind }) => kind === "import-statement");
  return isEmpty && only !== undefined && others.length === 0 ? only.path : path;
}

/**
 * Add the service worker, whose address never changes.
 *
 * @param {string[]} shell the addresses of what it keeps from the start
 * @returns {Promise<Metafile>}
 */
async function workerOf(shell) {
  const result = await build({
    ...COMMON,
    define: { BUILD: JSON.stringify(BUILD), SHELL: JSON.stringify(shell) },
    entryPoints: ["worker/sw.js"],
    outfile: "sw.js",
  });
  for (const file of result.outputFiles ?? []) add("sw.js", file.contents);
  return /** @type {Metafile} */ (result.metafile);
}

/**
 * Return the addresses of what a script imports from the start, and so on.
 *
 * @param {Metafile} metafile
 * @param {string} path
 * @returns {string[]}
 */
function imported(metafile, path) {
  const output = metafile.outputs[path];
  const paths = (output?.imports ?? []).filter(({ kind, external }) => kind === "import-statement" && !external);
  return paths.flatMap(({ path: next }) => [`/${next}`, ...imported(metafile, next)]);
}

/** Fetch at once what would else be asked for one behind the other. @param {string} address */
function preload(address) {
  return `<link rel="modulepreload" href="${address}">\n`;
}

/** Add a file as it is, named by its content. @param {string} name */
async function copy(name) {
  const bytes = await readFile(join(SOURCES, name));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, HASH_CHARACTERS);
  const built = `assets/${basename(name, extname(name))}-${hash}${extname(name)}`;
  addresses.set(name, `/${built}`);
  add(built, bytes);
}

/** @param {string} text @returns {string} */
function withAddresses(text) {
  return text.replaceAll(REFERENCE, (_, name) => `"${addresses.get(name)}"`);
}

/**
 * Return the licences of all packages of which something has come into the page.
 *
 * @param {Metafile[]} metafiles
 * @returns {Promise<string>}
 */
async function licences(metafiles) {
  const inputs = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  const packages = new Set(inputs.map((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? ""));
  const parts = ["What of others is in the page, and by which licences.\n"];
  for (const path of [...packages].filter(Boolean).sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(HERE, path, "package.json"), "utf8"));
    const file = (await readdir(join(HERE, path))).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence`);
    const text = await readFile(join(HERE, path, file), "utf8");
    parts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

/** @param {string} name @param {Uint8Array | string} content */
function add(name, content) {
  files.set(name, Buffer.from(content));
}

/** Write all files, and the texts in gzip form, too. */
async function writeAll() {
  await mkdir(join(folder, "assets"), { recursive: true });
  for (const [name, bytes] of files) {
    await writeFile(join(folder, name), bytes);
    if (TEXTS.has(extname(name)) && bytes.length >= GZIP_BYTES_MIN) {
      await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    }
  }
}
