import type { Foreign } from './foreign.ts';

/*
 * An export holds every field of Uptime Kuma's form for every monitor, whatever its type (server/model/monitor.js,
 * toJSON). These tables say which of them cannot matter; a field that stands in none is listed, whatever its value.
 */

/** What the program keeps about itself, and never asks of a target. */
const STATE = words(`
  id weight pathName path childrenIDs includeSensitiveData dns_last_result screenshot forceInactive maintenance
  cacheBust
`);

/** Fields of types that are not imported: of the imported ones they say nothing. */
const OF_OTHER_TYPES = words(`
  docker_container docker_host game gamedigGivenPortOnly databaseQuery databaseConnectionString
  mqttTopic mqttSuccessMessage mqttUsername mqttPassword mqttCheckType mqttWebsocketPath
  grpcUrl grpcProtobuf grpcMethod grpcServiceName grpcEnableTls grpcBody grpcMetadata
  radiusCalledStationId radiusCallingStationId radiusUsername radiusPassword radiusSecret
  kafkaProducerTopic kafkaProducerBrokers kafkaProducerSsl kafkaProducerAllowAutoTopicCreation kafkaProducerMessage
  kafkaProducerSaslOptions jsonPath jsonPathOperator expectedValue snmpOid snmpVersion
  rabbitmqNodes rabbitmqUsername rabbitmqPassword smtpSecurity remote_browser
`);

const HTTP = words(`
  url method maxredirects accepted_statuscodes ignoreTls expiryNotification httpBodyEncoding authMethod
  headers body basic_auth_user basic_auth_pass bearer_token authWorkstation authDomain tlsCa tlsCert tlsKey
  oauth_client_id oauth_client_secret oauth_token_url oauth_scopes oauth_auth_method proxyId
`);
const HOST = ['hostname', 'port'];
const DNS = ['dns_resolve_type', 'dns_resolve_server'];
const KEYWORD = ['keyword', 'invertKeyword'];
const PUSH = ['pushToken'];
const PING = ['packetSize'];

/** What means something to a monitor of a type, of the fields that belong to types. */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  http: HTTP,
  keyword: [...HTTP, ...KEYWORD],
  port: HOST,
  ping: ['hostname', ...PING],
  dns: [...HOST, ...DNS],
  push: PUSH,
};
const OF_TYPES = [...HTTP, ...HOST, ...DNS, ...KEYWORD, ...PUSH, ...PING];

/** Values at which a field does nothing. */
const UNSET: Readonly<Record<string, readonly string[]>> = {
  active: ['true', '1'],
  upsideDown: ['false', '0'],
  resendInterval: ['0'],
  expiryNotification: ['false', '0'],
  packetSize: ['56'],
  parent: ['null'],
  proxyId: ['null'],
  notificationIDList: ['{}', '[]'],
  tags: ['[]'],
  conditions: ['[]'],
  ipFamily: ['null', ''],
  httpBodyEncoding: ['null', '', 'json'],
  authMethod: ['null', ''],
  ...Object.fromEntries(
    words(
      'authWorkstation authDomain tlsCa tlsCert tlsKey oauth_client_id oauth_token_url oauth_scopes oauth_auth_method',
    ).map((key) => [key, ['null', '', ...(key === 'oauth_auth_method' ? ['client_secret_basic'] : [])]]),
  ),
};

/** Passes over the fields of other types than the monitor's own. */
export function ignoreOtherForms(type: string, monitor: Foreign): void {
  const own = OF_TYPE[type] ?? OF_TYPES;
  monitor.ignore(...STATE, ...OF_OTHER_TYPES, ...OF_TYPES.filter((key) => !own.includes(key)));
}

/** Passes over the fields that were left as they are in an empty form. */
export function ignoreUnset(monitor: Foreign): void {
  for (const [key, values] of Object.entries(UNSET)) monitor.ignoreWhere(key, values);
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
