/** What the build puts in. */

/** The addresses of all of the page: its document, all its scripts, style and icons. */
declare const SHELL: readonly string[];
/** Another one with every change of the page's sources. */
declare const BUILD: string;
