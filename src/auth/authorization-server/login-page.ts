/** The page on which a person logs in. https://www.w3.org/WAI/tutorials/forms/ */
import { type Html, html, nothing, pageText } from './page.ts';

export interface LoginShown {
  /** path of the interaction */
  action: string;
  seal: string;
  clientName: string;
  /** what was typed before, or what the client suggests */
  account: string;
  alert?: string;
}

export function loginPage({ action, seal, clientName, account, alert }: LoginShown): string {
  return pageText({
    title: 'Log in',
    ...(alert === undefined ? {} : { alert }),
    main: html`<p><span class="name">${clientName}</span> asks you to log in.</p>
<form method="post" action="${action}/login">
${sealField(seal)}
<label for="account">Account</label>
<input type="text" id="account" name="account" value="${account}" required maxlength="200" autocomplete="username" autocapitalize="none" spellcheck="false"${account === '' ? html` autofocus` : nothing}>
<label for="password">Password</label>
<input type="password" id="password" name="password" required maxlength="1024" autocomplete="current-password"${account === '' ? nothing : html` autofocus`}>
<button type="submit">Log in</button>
</form>
<form method="post" action="${action}/cancel">
${sealField(seal)}
<button type="submit" class="second">Cancel</button>
</form>`,
  });
}

export const sealField = (seal: string): Html => html`<input type="hidden" name="seal" value="${seal}">`;
