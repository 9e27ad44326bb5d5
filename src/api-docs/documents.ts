import { setImmediate as nextTurn } from 'node:timers/promises';
import { VERSION } from '../health/version.js';
import { pageFile, type PageFile } from '../pages/page-files.js';
import { CLIENT_EVENTS, SERVER_EVENTS } from '../realtime/described-events.js';
import { handshakeSchema } from '../realtime/socket-auth.js';
import { asyncApiDocument } from './async-api.js';
import { renderDocsPage } from './docs-page.js';
import { openApiDocument } from './open-api.js';
import { OPERATION_GROUPS } from './operations.js';

/** The description in its three forms, ready to be sent. */
export interface ApiDocuments {
  readonly page: PageFile;
  readonly openApi: PageFile;
  readonly asyncApi: PageFile;
}

/** Each form takes about 50 ms; a panic that comes meanwhile shall wait for one of them at most. */
export async function makeDocuments(): Promise<ApiDocuments> {
  const sockets = { handshake: handshakeSchema, server: SERVER_EVENTS, client: CLIENT_EVENTS };
  const openApi = json(openApiDocument(OPERATION_GROUPS, VERSION));
  await nextTurn();
  const asyncApi = json(asyncApiDocument(sockets, VERSION));
  await nextTurn();
  const page = pageFile('text/html; charset=utf-8', Buffer.from(renderDocsPage(OPERATION_GROUPS, sockets, VERSION)));
  return { page, openApi, asyncApi };
}

function json(document: object): PageFile {
  return pageFile('application/json; charset=utf-8', Buffer.from(JSON.stringify(document)));
}
