// The values of flags: text in, checked value out. A wrong one is exit 2 and names the flag.
import { idProblem } from '@towline/downloader-core/spi';
import { usageError } from '../command-error.ts';
import { type HostPort, parseHostPort } from '../net/host-port.ts';
import { maxAddresses } from '../ticket/ticket.ts';

const wholeNumber = /^\d{1,9}$/;
const decimalNumber = /^\d{1,9}(\.\d{1,3})?$/;

/** A whole number of at least 1. */
export function parseCount(flag: string, text: string): number {
  const value = wholeNumber.test(text) ? Number(text) : 0;
  if (value < 1) usageError(`${flag} must be a whole number of at least 1, not "${text}"`);
  return value;
}

/** Seconds, in milliseconds; 0 only where `zeroAllowed`. */
export function parseSeconds(flag: string, text: string, zeroAllowed: boolean): number {
  const milliseconds = decimalNumber.test(text) ? Math.round(Number(text) * 1_000) : Number.NaN;
  if (milliseconds > 0 || (milliseconds === 0 && zeroAllowed)) return milliseconds;
  return usageError(`${flag} must be a number of seconds ${zeroAllowed ? 'from 0' : 'above 0'}, not "${text}"`);
}

/** `HOST:PORT`; port 0 is the system's choice. */
export function parsePlace(flag: string, text: string): HostPort {
  return parseHostPort(text) ?? usageError(`${flag} must be HOST:PORT or [IPV6]:PORT, not "${text}"`);
}

/** One to eight places, separated by commas. */
export function parsePlaces(flag: string, text: string): readonly HostPort[] {
  const places = text.split(',').map((part) => parsePlace(flag, part.trim()));
  if (places.length > maxAddresses) usageError(`${flag} takes at most ${maxAddresses} addresses`);
  return places;
}

/** A name of a receiver (rule T1), brought into NFC. */
export function parseName(flag: string, text: string): string {
  const name = text.trim().normalize('NFC');
  const problem = idProblem(name);
  if (problem) usageError(`${flag}: the name "${text}" ${problem}`);
  return name;
}

/** Names separated by commas, none twice. */
export function parseNames(flag: string, text: string): readonly string[] {
  const names = text.split(',').map((part) => parseName(flag, part));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) usageError(`${flag} names "${repeated}" twice`);
  return names;
}

/** One of a few words. */
export function parseChoice<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((word) => word === text);
  return choice ?? usageError(`${flag} must be ${choices.join(' or ')}, not "${text}"`);
}
