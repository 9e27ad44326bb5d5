import { io, type Socket } from 'socket.io-client';
import type { Page } from 'playwright-core';
import { square } from '../support/square.js';
import { feedIs } from './chromium.js';
import type { RunningApp } from './running-app.js';

/** What a person signs in with. */
export interface Account {
  readonly name: string;
  readonly login: string;
  readonly password: string;
}

// Answers are read as loosely as JSON.
type Json = ReturnType<typeof JSON.parse>;

/** Asks the API with the operator key. */
export async function askApi(
  app: Pick<RunningApp, 'url' | 'operatorKey'>,
  method: string,
  path: string,
  body?: object,
) {
  const headers = {
    authorization: `Bearer ${app.operatorKey}`,
    ...(body ? { 'content-type': 'application/json' } : {}),
  };
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await fetch(`${app.url}/api/v1${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : {}) as Json;
}

/** A square of about 4 km around a point, as GeoJSON. */
export function squareAround(lat: number, lng: number, half = 0.02) {
  return square(lng - half, lat - half, 2 * half);
}

/** Registers somebody and gives them a role. */
export async function addPerson(app: RunningApp, organisationId: string, role: string, name: string): Promise<Account> {
  const login = `${name.toLowerCase().replaceAll(/\W+/g, '.')}@naboom.example`;
  const account = { name, login, password: `the long word of ${name}` };
  await askApi(app, 'POST', '/auth/register', account);
  await askApi(app, 'POST', `/organisations/${organisationId}/members`, { login, role });
  return account;
}

/** Signs in on the page and waits until the list is live. */
export async function signIn(page: Page, { login, password }: Account): Promise<void> {
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await feedIs(page, 'Live');
}

/** A program that follows the alerts of an account. */
export interface Follower {
  readonly socket: Socket;
  readonly messages: readonly Json[];
}

export async function follow(app: RunningApp, { login, password }: Account): Promise<Follower> {
  const { token } = await askApi(app, 'POST', '/auth/login', { login, password });
  const messages: Json[] = [];
  const socket = io(app.url, { path: '/socket.io', transports: ['websocket'], forceNew: true, auth: { token } });
  socket.on('alert', (message) => messages.push(message));
  await new Promise((resolve, reject) => {
    socket.once('presence', resolve);
    socket.once('connect_error', reject);
  });
  return { socket, messages };
}
