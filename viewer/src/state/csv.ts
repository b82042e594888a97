// Fields of comma-separated values.
//
// In: values. Out: text after RFC 4180. Pure. Called by the table and by measuring.

/** A field as RFC 4180 wants it; what a spreadsheet would take for a formula gets an apostrophe, as OWASP advises. */
export function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${String(value)}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const line = (fields: readonly (string | number | boolean | null)[]): string => `${fields.map(field).join(',')}\r\n`;
