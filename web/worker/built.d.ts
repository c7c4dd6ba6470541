/** What the build puts in. */

/** The addresses of all that the page needs to be shown: its document, scripts, style and icon. */
declare const SHELL: readonly string[];
/** Another one with every change of the page's sources. */
declare const BUILD: string;
