import { createTransport } from 'nodemailer';
import type { SMTPTransportOptions } from 'nodemailer';
import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { secret } from '../ports/fields.ts';
import { mailbox } from './mail/address.ts';
import { identification } from './mail/message-id.ts';
import type { Identification } from './mail/message-id.ts';
import { smtpVerdict } from './mail/smtp-verdict.ts';
import { pageContent } from './page/page-content.ts';
import { renderHtml } from './page/render-html.ts';
import { layOut } from './page/render-text.ts';
import { templateField } from './page/template.ts';

const smtp = z
  .strictObject({
    host: z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'not a host name or address'),
    port: z.int().min(1).max(65535).optional(),
    username: z.string().min(1).max(256).optional(),
    password: secret().optional(),
    secure: z.boolean().optional(),
    starttls: z.boolean().optional(),
    tls: z.strictObject({ ca: z.string().min(1).optional(), servername: z.string().min(1).optional() }).optional(),
  })
  .superRefine((fields, context) => {
    if ((fields.username === undefined) !== (fields.password === undefined))
      context.addIssue({ code: 'custom', message: 'username and password belong together' });
    if (fields.password !== undefined && fields.starttls === false && !isSecure(fields) && !isLoopback(fields.host))
      context.addIssue({ code: 'custom', message: 'starttls: false would send the password unencrypted' });
  });

const schema = z.strictObject({
  smtp,
  from: mailbox(),
  to: z.array(mailbox()).min(1).max(50),
  template: templateField().optional(),
});

type Options = z.output<typeof schema>;

/** RFC 8314 submission over TLS, and RFC 6409 submission. */
const SECURE_PORT = 465;
const SUBMISSION_PORT = 587;
const TEXT_COLUMNS = 78;
/** A belt beside the signal, in each phase of the session. */
const PHASE_TIMEOUT_MS = 30_000;

/** Mails the message, as plain text and simple HTML, one conversation an incident. */
export const email: ChannelKind<Options> = {
  name: 'email',
  description: 'Sends a mail by SMTP, as plain text and simple HTML; one conversation an incident.',
  example: `kind: email
smtp: { host: smtp.example, port: 587, username: tocsin, password: '\${env:SMTP_PASSWORD}' }
from: Tocsin <tocsin@example.com>
to: [sre@example.com]
`,
  schema,
  deliver,
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const domain = options.from.address.split('@')[1] ?? 'localhost';
  const identity = identification(notification, domain, context.thread, context.idempotencyKey);
  const server = connection(options.smtp);
  const transport = createTransport(server);
  const { username = '', password } = options.smtp;
  const secrets = password === undefined ? [] : [password, `\0${username}\0${password.reveal()}`];
  try {
    const sent = await transport.sendMail({
      ...mail(options, notification, identity),
      date: new Date(context.now),
      signal: context.signal,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const refused = sent.rejected.length === 0 ? '' : `; ${sent.rejected.length} of ${options.to.length} refused`;
    return { kind: 'delivered', detail: `${identity.messageId}${refused}`, thread: identity.thread };
  } catch (error) {
    const tried = `mail by ${options.smtp.host}:${server.port}`;
    return smtpVerdict(error, { tried, aborted: context.signal.aborted, secrets });
  } finally {
    transport.close();
  }
}

function mail({ from, to, template }: Options, notification: Notification, identity: Identification) {
  const content = pageContent(notification, template);
  const { messageId, inReplyTo, references } = identity;
  return {
    from,
    to: [...to],
    subject: content.subject,
    messageId,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references === undefined ? {} : { references: [...references] }),
    text: layOut(content, { columns: TEXT_COLUMNS }),
    html: renderHtml(content),
    ...(notification.event === 'page' ? { priority: 'high' as const } : {}),
    headers: {
      // RFC 3834: no vacation notes back to us.
      'Auto-Submitted': 'auto-generated',
      'X-Tocsin-Event': notification.event,
      'X-Tocsin-Incident': notification.incident?.id ?? '',
      'X-Tocsin-Sequence': String(notification.sequence),
    },
  };
}

/** A password goes only over TLS: upgrading is then required, else done wherever the server offers it. */
function connection(fields: Options['smtp']): SMTPTransportOptions & { port: number } {
  const secure = isSecure(fields);
  const { username, password } = fields;
  return {
    host: fields.host,
    port: fields.port ?? (secure ? SECURE_PORT : SUBMISSION_PORT),
    secure,
    requireTLS: !secure && (fields.starttls ?? password !== undefined),
    ignoreTLS: fields.starttls === false,
    ...(username === undefined || password === undefined ? {} : { auth: { user: username, pass: password.reveal() } }),
    tls: { ...fields.tls },
    allowInternalNetworkInterfaces: true,
    connectionTimeout: PHASE_TIMEOUT_MS,
    greetingTimeout: PHASE_TIMEOUT_MS,
    dnsTimeout: PHASE_TIMEOUT_MS,
    socketTimeout: PHASE_TIMEOUT_MS,
  };
}

function isSecure({ secure, port }: { secure?: boolean | undefined; port?: number | undefined }): boolean {
  return secure ?? port === SECURE_PORT;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
