/** RFC 4616 §2, nobody but ourselves to act for. */
export function plainCredentials(username: string, password: string): string {
  return `\0${username}\0${password}`;
}
