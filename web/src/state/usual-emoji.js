/** The emoji that people react with most: they are offered first. */
export const USUAL = Object.freeze(["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "✅", "❌", "🔥", "🚀"]);
