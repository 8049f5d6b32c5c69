/** The facts that `factsOfLookup` gives. */
export const LOOKUP_FACTS = ['addresses', 'cname'] as const;

/** The facts that `factsOfTls` gives. */
const TLS_FACTS = ['spki', 'issuer', 'serial', 'notAfter', 'tlsVersion'] as const;

/** The facts of a kind that looks a name up and may speak TLS. */
export const NETWORK_FACTS = [...LOOKUP_FACTS, ...TLS_FACTS] as const;
