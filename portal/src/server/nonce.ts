/** The nonce of this page, without which its policy lets no style sheet in that a script makes. https://www.w3.org/TR/CSP3/#security-nonces */
export const nonce: string = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
