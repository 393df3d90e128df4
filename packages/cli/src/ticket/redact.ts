const ticketLike = /towline\d+(?:[._-]?[A-Za-z0-9_-]{8,})/g;

/** Text with every ticket in it replaced (rule K5): words of a call come back in error messages. */
export function withoutTickets(text: string): string {
  return text.replaceAll(ticketLike, '(a ticket)');
}
