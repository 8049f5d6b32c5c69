/** Choices that importers make alike, as sentences for the draft. */
export const NOTES = {
  follow: 'follow: any, as there: redirects to any host count as its answer; same-host trusts less',
  anyStatus: 'there any status would do; here it must be 2xx unless expect: { status: … } says otherwise',
  certificate: 'a certificate that ends soon failed there; here it warns',
} as const;
