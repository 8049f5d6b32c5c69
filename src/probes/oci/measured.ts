import type { Measured } from '../../model/run.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import type { Stopped } from '../net/stopped.ts';
import type { Challenge } from './challenge.ts';

/** One answer of the registry, secrets masked. Where `stopped` is set it is as far as it came. */
export interface Answer {
  /** Method, URL without its query, and address. */
  readonly request: string;
  readonly ms: number;
  readonly status?: number;
  readonly stopped?: Stopped;
  readonly contentType?: string;
  /** What the registry says that the content's digest is. */
  readonly saidDigest?: string;
  /** What a refusal asks for. */
  readonly challenges?: readonly Challenge[];
  /** The codes of a refusal (distribution-spec, "Error codes"): `MANIFEST_UNKNOWN`, `DENIED`. */
  readonly errors?: readonly string[];
  /** The beginning of a refusal's body, for people. */
  readonly excerpt?: string;
  readonly redirects?: readonly { readonly status: number; readonly to: string }[];
}

/** An answer whose bytes were hashed. */
export interface HashedAnswer extends Answer {
  readonly digest?: string;
  readonly length?: number;
}

/** A manifest as it came; `content` is absent where it was no manifest. */
export interface ManifestAnswer extends HashedAnswer {
  /** The digest that it was asked for by, if it was. */
  readonly asked?: string;
  readonly content?: { readonly kind: 'image' | 'index'; readonly names: number };
}

/** A blob: hashed whole, or where it is too long for that only begun, which already shows that it is there. */
export interface BlobAnswer extends HashedAnswer {
  readonly asked: string;
  readonly size: number;
  readonly whole: boolean;
}

/** What a token lets its bearer do. */
export interface Granted {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What a token service answered. */
export interface TokenAnswer extends Answer {
  /** The scope that was asked for. */
  readonly scope: string;
  /** Whether the request carried the configured credentials. */
  readonly withCredentials: boolean;
  /** Whether a token came back. */
  readonly given: boolean;
  /** What it says that it grants; absent where it does not say (an opaque token). */
  readonly granted?: readonly Granted[];
  readonly expiresInSeconds?: number;
}

/** Who looks for a signature finds it under a tag, or among the referrers. */
export interface SignatureAnswers {
  readonly tag: Answer;
  readonly referrers?: Answer & { readonly artifactTypes?: readonly string[] };
}

/** An upload that was begun and cancelled. */
export interface UploadAnswers {
  readonly token?: TokenAnswer;
  readonly start?: Answer;
  /** Where the upload is to go on, without its query, as the registry says it. */
  readonly location?: string;
  /** The cancellation, where there was something to cancel. */
  readonly cancel?: Answer;
  /** Harbor's own word on whether it takes writes, asked where it refused one. */
  readonly readOnly?: boolean;
}

/** How requests were authorised. */
export type AccessKind = 'anonymous' | 'basic' | 'bearer';

/** Everything that one address answered, in the order in which it was asked, as far as it made sense to ask on. */
export interface Visit {
  readonly address: string;
  /** `GET /v2/` without credentials. */
  readonly front: Answer;
  /** The same of the manifest, where the front page is open to everybody and the manifest is not. */
  readonly knock?: Answer;
  readonly access?: AccessKind;
  readonly token?: TokenAnswer;
  readonly head?: Answer;
  readonly manifest?: ManifestAnswer;
  /** Of the platform, where the manifest is an index. */
  readonly child?: ManifestAnswer;
  readonly blobs?: readonly BlobAnswer[];
  readonly signature?: SignatureAnswers;
  readonly upload?: UploadAnswers;
}

/** What Harbor says of its own health. Advice: it is 200 also where something is ill. */
export interface HarborAnswer extends Answer {
  readonly health?: string;
  readonly components?: readonly { readonly name: string; readonly status: string }[];
}

/** What a run of `oci` brings home. */
export interface OciMeasured extends Measured {
  readonly startedAt: number;
  /** Set when the name could not be resolved; there are then no visits. */
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  /** In the resolver's order. */
  readonly visits: readonly Visit[];
  readonly harbor?: HarborAnswer;
  /** The certificates that registry and token service served, each once. */
  readonly chain: readonly KeptCertificate[];
}

/** Every answer of a visit, in order. */
export function answersOf(visit: Visit): readonly Answer[] {
  const { front, knock, token, head, manifest, child, blobs, signature, upload } = visit;
  const all: readonly (Answer | undefined)[] = [
    front,
    knock,
    token,
    head,
    manifest,
    child,
    ...(blobs ?? []),
    signature?.tag,
    signature?.referrers,
    upload?.token,
    upload?.start,
    upload?.cancel,
  ];
  return all.filter((answer) => answer !== undefined);
}
