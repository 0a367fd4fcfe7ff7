// The peer of uploads that go on where they broke off: the tus project's own server, as its documentation starts it. Stores
// below the folder that is named and knows nothing of pictures.

import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const [directory] = process.argv.slice(2);

const server = new Server({ path: '/files', datastore: new FileStore({ directory }) });
const listening = server.listen({ host: '127.0.0.1', port: 0 }, () => {
  console.log(JSON.stringify({ port: listening.address().port }));
});
