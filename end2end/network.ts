//! The way between browser and server, which can be cut. Knows nothing of what is said on it.

import { type AddressInfo, type Server as Listener, type Socket, connect, createServer } from 'node:net';
import { once } from 'node:events';

export class Network {
  address = '';
  #listener: Listener;
  #sockets = new Set<Socket>();
  #cut = false;

  private constructor(port: number) {
    this.#listener = createServer((near) => {
      if (this.#cut) return void near.destroy();
      const far = connect(port, '127.0.0.1');
      for (const [socket, other] of [[near, far], [far, near]]) {
        this.#sockets.add(socket);
        socket.pipe(other);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  static async to(address: string): Promise<Network> {
    const network = new Network(Number(new URL(address).port));
    network.#listener.listen(0, '127.0.0.1');
    await once(network.#listener, 'listening');
    network.address = `http://127.0.0.1:${(network.#listener.address() as AddressInfo).port}`;
    return network;
  }

  cut(): void {
    this.#cut = true;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  mend(): void {
    this.#cut = false;
  }

  close(): void {
    this.#listener.close();
    this.#sockets.forEach((socket) => socket.destroy());
  }
}
