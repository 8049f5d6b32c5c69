/** A string that cannot be swapped for another kind of id. `name` is checked by the compiler only. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A service's name: `[a-z0-9]([a-z0-9-]*[a-z0-9])?`. */
export type ServiceId = Branded<'ServiceId'>;
/** `service.capability`, for example `rekor.append`. */
export type CapabilityId = Branded<'CapabilityId'>;
/** `service/probe`, for example `rekor/log`. */
export type ProbeId = Branded<'ProbeId'>;
/** The key of a channel in the configuration. */
export type ChannelId = Branded<'ChannelId'>;
/** Root and generation, for example `rekor-3`; a warning's is `rekor/log:tls.expiring`. */
export type IncidentId = Branded<'IncidentId'>;
/** Lower-case hexadecimal SHA-256. */
export type Sha256 = Branded<'Sha256'>;
