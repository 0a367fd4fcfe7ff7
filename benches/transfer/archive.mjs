// The peer of the export: archiver's zip of the files that a list names, one a line, stored as they are and sent while it is
// made. Each goes by its own name, so no two may share one.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { ZipArchive } from 'archiver';

const [list] = process.argv.slice(2);
const files = (await readFile(list, 'utf8')).split('\n').filter(Boolean);

async function send(response) {
  const archive = new ZipArchive({ store: true });
  // a file that is not there is only a warning to it
  archive.on('warning', (warning) => archive.destroy(warning));
  response.writeHead(200, { 'content-type': 'application/zip' });
  const sent = pipeline(archive, response);
  for (const file of files) archive.file(file, { name: basename(file) });
  await Promise.all([archive.finalize(), sent]);
}

const server = createServer((request, response) => {
  if (request.url !== '/zip') return response.writeHead(404).end();
  send(response).catch((error) => console.error('No whole zip was sent:', error));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
