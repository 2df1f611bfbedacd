/** The pages on which a person logs out. https://openid.net/specs/openid-connect-rpinitiated-1_0.html */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { html, pageHeaders, pageText } from './page.ts';

/** `form` is made by the library and holds what guards against other sites. */
export function logoutPage(ctx: KoaContextWithOIDC, form: string): void {
  const to = ctx.oidc.params?.['post_logout_redirect_uri'];
  ctx.set({ ...pageHeaders(typeof to === 'string' ? [to] : []) });
  ctx.body = pageText({
    title: 'Log out?',
    main: html`${{ html: form }}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Log out</button>
<button type="submit" form="op.logoutForm" class="second">Stay logged in</button>`,
  });
}

export function logoutDonePage(ctx: KoaContextWithOIDC): void {
  ctx.set({ ...pageHeaders() });
  ctx.type = 'html';
  ctx.body = pageText({ title: 'Logged out', main: html`<p>You can close this window.</p>` });
}
