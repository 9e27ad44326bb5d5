import { createServer } from 'node:http';
import { Arrivals } from '../lib/arrivals.mjs';
import { listen } from '../peers/http-server.mjs';

/** A receiver that costs next to nothing: counts each delivery by its id. */
const arrivals = new Arrivals();

const server = createServer((request, response) => {
  if (request.method !== 'POST') return arrivals.answer(request, response);
  request.resume();
  request.on('end', () => {
    arrivals.add(request.headers['webhook-id']);
    response.writeHead(204).end();
  });
});
await listen(server);
