/** What may stand in a file or in a model, and must not reach a line of text: line ends and control characters, as their codes. */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\uFEFF\uFFFD]/gu, (each) => {
    const code = each.charCodeAt(0)
    return `\\u${code.toString(16).padStart(4, '0')}`
  })
