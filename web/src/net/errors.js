/** What was refused, or could not even be asked. */

/** @typedef {Readonly<Record<string, unknown>>} Details */

export class Refusal extends Error {
  /**
   * @param {string} code of the wire; or `offline`: no line, so it is not known whether it was
   *   done; or `insecure`: the browser has no cryptography here
   * @param {string} [message] for people who read English
   * @param {Details} [details] of the code
   */
  constructor(code, message = code, details = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.details = details;
  }
}

/**
 * Return the refusal that an error of the wire is.
 *
 * @param {{code: string, message: string} & Record<string, unknown>} error
 */
export function refusalOf({ code, message, ...details }) {
  return new Refusal(code, message, details);
}
