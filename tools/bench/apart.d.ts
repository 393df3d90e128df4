// What is installed apart by `npm run bench -- --install-peers`: types hold without it.
declare module '@grpc/grpc-js';
declare module '@nats-io/obj';
declare module '@nats-io/transport-node';
declare module 'vega';
declare module 'vega-lite';
