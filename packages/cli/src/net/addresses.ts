import { usageError } from '../command-error.ts';
import { addressesProblem, maxAddresses } from '../ticket/ticket.ts';
import { formatHostPort, type HostPort, parseHostPort } from './host-port.ts';

/**
 * The addresses that go into a ticket (rule C5): `advertised` when given (its port 0 stands for the bound port), else what
 * the transport says of itself, the first eight.
 */
export function ticketAddresses(own: readonly string[], advertised: readonly HostPort[]): readonly string[] {
  const addresses = advertised.length > 0 ? advertised.map((place) => withPort(place, own)) : own;
  const chosen = [...new Set(addresses)].slice(0, maxAddresses);
  if (chosen.length === 0) usageError('this machine has no address that others could dial: say one with --advertise');
  const problem = addressesProblem(chosen);
  if (problem) usageError(`the addresses do not fit into a ticket: ${problem}`);
  return chosen;
}

function withPort({ host, port }: HostPort, own: readonly string[]): string {
  const bound = parseHostPort(own[0] ?? '')?.port ?? 0;
  if (port === 0 && bound === 0) usageError('--advertise needs a port here');
  return formatHostPort({ host, port: port || bound });
}
