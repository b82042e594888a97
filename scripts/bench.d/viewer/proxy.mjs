// Purpose: one origin for the pages that are compared: folders of the bench, and a twin-server for all else.
// Inputs:  the server's address; folders by the path under which they are served.
// Outputs: `startProxy`, which counts what goes over the wire, workers' requests too. Everything that can be
//          compressed is sent with gzip to all pages alike. Called by load.mjs and frames.mjs.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const PACKED = new Set(['.css', '.html', '.js', '.json', '.wasm']);

export async function startProxy(server, folders) {
  const target = new URL(server);
  const agent = new http.Agent({ keepAlive: true });
  const files = new Map();
  let log = [];

  const note = (path, response) => {
    const one = { path, status: 0, type: '', bytes: 0, done: false };
    log.push(one);
    response.on('close', () => (one.done = true));
    return one;
  };

  /** A file and its gzip, made once: a server has them ready. */
  const read = (file) => {
    if (!files.has(file)) files.set(file, readFile(file).then((bytes) => (PACKED.has(path.extname(file)) ? gzipSync(bytes, { level: 9 }) : bytes)));
    return files.get(file);
  };

  const fromFolder = async (file, one, response) => {
    const extension = path.extname(file);
    try {
      const body = await read(file);
      const head = { 'content-type': TYPES[extension] ?? 'application/octet-stream', 'content-length': body.length };
      if (PACKED.has(extension)) head['content-encoding'] = 'gzip';
      Object.assign(one, { status: 200, type: head['content-type'], bytes: body.length });
      response.writeHead(200, head).end(body);
    } catch {
      one.status = 404;
      response.writeHead(404).end();
    }
  };

  const fromServer = (request, one, response) => {
    const headers = { ...request.headers, host: target.host, 'accept-encoding': 'gzip' };
    const asked = http.request(target, { agent, method: request.method, path: request.url, headers }, (answer) => {
      Object.assign(one, { status: answer.statusCode, type: answer.headers['content-type'] ?? '' });
      response.writeHead(answer.statusCode, answer.headers);
      answer.on('data', (part) => (one.bytes += part.length));
      answer.pipe(response);
    });
    asked.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => asked.destroy());
    request.pipe(asked);
  };

  const proxy = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://any');
    const one = note(pathname, response);
    const mount = Object.keys(folders).find((prefix) => pathname.startsWith(prefix));
    const file = mount && path.join(folders[mount], path.normalize(`/${decodeURIComponent(pathname.slice(mount.length))}`));
    if (file) void fromFolder(file, one, response);
    else fromServer(request, one, response);
  });
  await new Promise((ready) => proxy.listen(0, '127.0.0.1', ready));

  return {
    address: `http://127.0.0.1:${proxy.address().port}`,
    /** What was asked since the last call. */
    take: () => {
      const taken = log;
      log = [];
      return taken;
    },
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
      agent.destroy();
    },
  };
}
