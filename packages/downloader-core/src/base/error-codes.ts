/** What a person has to know about an error code; `docs/errors.md` and the command's exit codes are made from it. */
export interface ErrorCodeEntry {
  /** Whose side most often causes it; a `DownloadError` says it for its own case. */
  readonly side: 'local' | 'remote';
  /** Whether the same call may succeed when it is simply made again (rule L2). */
  readonly retryable: boolean;
  /** The command's exit code (rule J3). */
  readonly exit: 1 | 2 | 3 | 4 | 130;
  /** What happened. */
  readonly meaning: string;
  /** What to do. */
  readonly action: string;
}

/** A code of core's own table. Adapters and transports add codes of their own. */
export type CoreErrorCode =
  | 'invalid_argument'
  | 'not_downloadable'
  | 'transaction_exists'
  | 'transaction_ended'
  | 'transaction_sealed'
  | 'ref_exists'
  | 'service_closed'
  | 'unknown_ref'
  | 'not_admitted'
  | 'full'
  | 'name_taken'
  | 'replaced'
  | 'already_failed'
  | 'already_finished'
  | 'deleted'
  | 'timeout'
  | 'superseded'
  | 'malformed'
  | 'bad_state'
  | 'bad_request'
  | 'request_unknown'
  | 'request_too_large'
  | 'producer_failed'
  | 'stalled'
  | 'unsupported'
  | 'version'
  | 'limit_exceeded'
  | 'source_error'
  | 'source_changed'
  | 'link_lost'
  | 'unreachable'
  | 'request_timeout'
  | 'auth_failed'
  | 'integrity'
  | 'protocol'
  | 'aborted'
  | 'stopped'
  | 'consumer_failed'
  | 'never_came'
  | 'idle'
  | 'unconfirmed';

/** Core's codes, open to those that adapters add. */
export type ErrorCode = CoreErrorCode | (string & {});

const entry = (
  side: ErrorCodeEntry['side'],
  retryable: boolean,
  exit: ErrorCodeEntry['exit'],
  meaning: string,
  action: string,
): ErrorCodeEntry => ({ side, retryable, exit, meaning, action });

/** Every code that core gives an error. Codes are promised; messages are not. */
export const errorCodes: Readonly<Record<CoreErrorCode, ErrorCodeEntry>> = {
  // Wrong use of the API
  invalid_argument: entry(
    'local',
    false,
    2,
    'An option or argument has a value that is not allowed.',
    'Correct the named option.',
  ),
  not_downloadable: entry(
    'local',
    false,
    2,
    'The object that was added does not implement Downloadable.',
    'Give it the `downloadable` mark and the methods of the interface.',
  ),
  transaction_exists: entry(
    'local',
    false,
    2,
    'The transaction id is live, settling, or its outcome is still kept.',
    'Take another id, or leave it out to have one generated.',
  ),
  transaction_ended: entry('local', false, 2, 'The transaction has ended or never existed.', 'Open a new transaction.'),
  transaction_sealed: entry(
    'local',
    false,
    2,
    'The transaction was sealed by complete(); nothing can be added.',
    'Add every object before complete(), or open another transaction.',
  ),
  ref_exists: entry(
    'local',
    false,
    2,
    'The ref id is live in this service.',
    'Take another ref id, or leave it out to have one generated.',
  ),
  service_closed: entry('local', false, 1, 'The service was shut down.', 'Create a new service.'),

  // The owner refused
  unknown_ref: entry(
    'remote',
    false,
    3,
    'The owner does not know the ref: never added, ended, expired, or the owner was restarted.',
    'Ask the owner for a new ref.',
  ),
  not_admitted: entry(
    'remote',
    false,
    3,
    'The transaction does not admit this identity, or the identity is not proven strongly enough.',
    'Check the declared receivers and the `trust` of the transaction, and how this endpoint proves its name.',
  ),
  full: entry(
    'remote',
    false,
    3,
    'Every seat of the transaction is taken.',
    'Raise `receiverCount`, or open another transaction.',
  ),
  name_taken: entry(
    'remote',
    false,
    3,
    'Another live process uses the same identity.',
    'Give each receiver a name of its own.',
  ),
  replaced: entry(
    'remote',
    false,
    3,
    'A newer download, or a newer process, of the same identity took this one’s place.',
    'Run one download of a ref at a time for each identity.',
  ),
  already_failed: entry(
    'remote',
    false,
    3,
    'The owner has recorded this receiver as failed on the ref.',
    'Open a new transaction for another try.',
  ),
  already_finished: entry(
    'remote',
    false,
    3,
    'The transaction finished before this download began.',
    'Ask the owner to share the object again.',
  ),
  deleted: entry('remote', false, 1, 'The owner deleted the transaction.', 'Ask the owner why; a new ref is needed.'),
  timeout: entry(
    'remote',
    false,
    1,
    'The transaction ended by its idle timeout or deadline.',
    'Ask the owner for a new ref, or a longer timeout.',
  ),
  superseded: entry(
    'remote',
    false,
    1,
    'The transaction finished with the receivers that it expected while this one was still pulling.',
    'Have this receiver declared, or ask for a new ref.',
  ),
  malformed: entry(
    'remote',
    false,
    1,
    'A message could not be read.',
    'Check that both sides run compatible versions.',
  ),
  bad_state: entry(
    'remote',
    false,
    1,
    'The adapter refused the state.',
    'Start without the saved state; check that both sides use the same adapter.',
  ),
  bad_request: entry(
    'remote',
    false,
    2,
    'The adapter refused the request.',
    'Check the selection; check that the object’s kind supports it.',
  ),
  request_unknown: entry(
    'remote',
    true,
    1,
    'The owner does not hold the request of this download (any more).',
    'None: the receiver sends it again by itself.',
  ),
  request_too_large: entry(
    'remote',
    false,
    1,
    'The request is larger than the owner’s limit or a quarter of its byte budget.',
    'Send a smaller selection, or raise the owner’s budget.',
  ),
  producer_failed: entry(
    'remote',
    true,
    1,
    'The object’s produce() threw, took too long, or returned something unusable.',
    'See the owner’s log; the receiver tries again by itself.',
  ),
  stalled: entry(
    'remote',
    true,
    1,
    'The receiver did not take what was sent while others waited, and its buffers were taken back.',
    'None: the receiver continues by itself.',
  ),
  unsupported: entry(
    'remote',
    false,
    1,
    'The peer does not know a message that it may not ignore.',
    'Use the same version on both sides.',
  ),
  version: entry('remote', false, 1, 'The two sides share no version of the protocol.', 'Update the older side.'),
  limit_exceeded: entry(
    'remote',
    false,
    1,
    'A chunk, description, state or header is larger than the limit of the other side.',
    'Use a smaller chunk size, or raise the receiver’s limits.',
  ),

  // The source
  source_error: entry(
    'remote',
    false,
    1,
    'The object reported an error that ends the transfer for this receiver.',
    'See the reason; share the object again once it is mended.',
  ),
  source_changed: entry(
    'remote',
    false,
    1,
    'The source changed while it was transferred.',
    'Share it again when nobody writes to it.',
  ),

  // The link
  link_lost: entry(
    'remote',
    true,
    3,
    'The connection to the peer ended.',
    'None: the receiver reconnects by itself while retries last.',
  ),
  unreachable: entry(
    'remote',
    true,
    3,
    'The peer could not be reached.',
    'Check that the owner runs, its address, and firewalls.',
  ),
  request_timeout: entry(
    'remote',
    true,
    3,
    'The peer did not answer in time.',
    'Check the network; raise `requestTimeoutMs` for slow links.',
  ),
  auth_failed: entry(
    'remote',
    false,
    3,
    'The peer did not accept our key or certificate, or showed none that we accept.',
    'Check the ticket or the certificates: it may be expired or of another owner.',
  ),

  // Integrity
  integrity: entry(
    'remote',
    false,
    4,
    'Bytes arrived damaged, again and again.',
    'Check memory and network hardware and any proxy between the two sides.',
  ),
  protocol: entry(
    'remote',
    false,
    1,
    'The peer broke the protocol: sent what was not asked for, or in a wrong shape.',
    'Check that both sides run compatible versions; report it.',
  ),

  // The receiver
  aborted: entry('local', false, 130, 'The download was aborted by its signal.', 'Start it again to continue.'),
  stopped: entry('local', false, 1, 'The application stopped taking what arrived.', 'None, if that was meant.'),
  consumer_failed: entry(
    'local',
    false,
    1,
    'The consumer threw while it took in the data, or returned something unusable.',
    'See the cause.',
  ),
  // The owner's view of a receiver
  never_came: entry(
    'remote',
    false,
    1,
    'An expected receiver pulled nothing in time.',
    'Start the receiver earlier, or raise `receiverAcquireTimeoutMs`.',
  ),
  idle: entry(
    'remote',
    false,
    1,
    'The receiver went silent for longer than its idle budget.',
    'Check the receiver; raise `receiverIdleTimeoutMs`.',
  ),
  unconfirmed: entry(
    'remote',
    false,
    1,
    'Everything was served, but the receiver never confirmed that it completed.',
    'Ask the receiver: it may well have the object.',
  ),
};
