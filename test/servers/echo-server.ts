import { tcpTarget, type TargetServer } from './target-server.ts';

/** How an echo says what it was told. */
export const ECHOES = [
  'as it came',
  'in base64',
  'encoded for a URL',
  'escaped in JSON',
  'in headers',
  'cut off',
] as const;

/** How an echo says what it was told. */
export type Echo = (typeof ECHOES)[number];

const MAX_HEARD = 64 * 1024;

/**
 * A server that tells whoever asks what it was told, credentials included, and refuses it with this status. What is no
 * HTTP comes back as it is. Each piece of an answer is a packet of its own.
 */
export function echoServer(echo: Echo, status: number): Promise<TargetServer> {
  return tcpTarget((socket) => {
    let heard = '';
    socket.on('data', (bytes: Buffer) => {
      heard = (heard + bytes.toString('latin1')).slice(-MAX_HEARD);
      const isHttp = /^[A-Z]+ \S+ HTTP\/1/.test(heard);
      if (isHttp && !isComplete(heard)) return;
      const answer = isHttp ? answerTo(heard, echo, status) : heard;
      for (const piece of answer.match(/[\s\S]{1,7}/g) ?? []) socket.write(piece, 'latin1');
      socket.end();
    });
  });
}

function isComplete(request: string): boolean {
  const [head = '', body = ''] = request.split('\r\n\r\n', 2);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  return request.includes('\r\n\r\n') && body.length >= length;
}

function answerTo(request: string, echo: Echo, status: number): string {
  const body = bodyOf(request, echo);
  const credential = /\r\n(?:authorization|x-consul-token): ([^\r]+)/i.exec(request)?.[1] ?? 'none';
  const headers = echo === 'in headers' ? `x-echo: ${credential}\r\nserver: ${credential}\r\nretry-after: 0\r\n` : '';
  // One that is cut off promises more than it gives, and ends in the middle of the credential.
  const end = request.indexOf(credential) + Math.ceil(credential.length * 0.9);
  const given = echo === 'cut off' ? request.slice(0, end) : body;
  return `HTTP/1.1 ${status} Echo\r\ncontent-type: text/plain\r\n${headers}content-length: ${body.length}\r\n\r\n${given}`;
}

function bodyOf(request: string, echo: Echo): string {
  switch (echo) {
    case 'in base64':
      return Buffer.from(request, 'latin1').toString('base64');
    case 'encoded for a URL':
      return encodeURIComponent(request);
    case 'escaped in JSON':
      return JSON.stringify({ request }).replaceAll('/', '\\/');
    case 'as it came':
    case 'in headers':
    case 'cut off':
      return request;
  }
}
