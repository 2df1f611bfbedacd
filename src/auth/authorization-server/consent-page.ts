/** The page on which a person sees, piece by piece, what a client asks for, and gives it or not. https://hl7.org/fhir/smart-app-launch/best-practices.html */
import type { Offer } from './consent.ts';
import { sealField } from './login-page.ts';
import { type Html, html, nothing, pageText } from './page.ts';
import { describeScope } from './scope-request.ts';

export interface ConsentShown {
  action: string;
  seal: string;
  offer: Offer;
  alert?: string;
}

export function consentPage({ action, seal, offer, alert }: ConsentShown): string {
  const { client, account, scopes } = offer;
  return pageText({
    title: 'Give access?',
    ...(alert === undefined ? {} : { alert }),
    main: html`<p><strong class="name">${client.name}</strong> asks for access. You are logged in as <strong class="name">${account.name}</strong>.</p>
<form method="post" action="${action}/consent">
${sealField(seal)}
<fieldset>
<legend>It asks to</legend>
<p>Untick what it should not do.</p>
${scopes.map((scope, at) => choice('checkbox', 'scope', `scope-${at}`, scope, describeScope(scope), true))}
</fieldset>
${patientChoice(offer)}
${purposeChoice(offer)}
${projectChoice(offer)}
<button type="submit">Give access</button>
</form>
<form method="post" action="${action}/cancel">
${sealField(seal)}
<button type="submit" class="second">Refuse</button>
</form>`,
  });
}

function choice(
  type: 'checkbox' | 'radio',
  name: string,
  id: string,
  value: string,
  label: string,
  isChosen: boolean,
): Html {
  return html`<div class="choice"><input type="${type}" name="${name}" id="${id}" value="${value}"${isChosen ? html` checked` : nothing}><label for="${id}" class="name">${label}</label></div>`;
}

function patientChoice({ patients, anyPatient, account, launch }: Offer): Html {
  if (patients.length === 0 && !anyPatient) return nothing;
  const labelOf = (id: string): string => {
    if (launch !== undefined) return `Patient ${id}, for whom the application was opened`;
    return id === account.patient ? `Yourself (Patient ${id})` : `Patient ${id}, whom you represent`;
  };
  return html`<fieldset>
<legend>About which patient?</legend>
${patients.map((id, at) => choice('radio', 'patient', `patient-${at}`, id, labelOf(id), at === 0))}
${anyPatient ? otherPatient(patients.length > 0) : nothing}
</fieldset>`;
}

function otherPatient(hasOthers: boolean): Html {
  return html`${hasOthers ? choice('radio', 'patient', 'patient-other', '', 'Another patient', false) : nothing}
<label for="other-patient">Id of ${hasOthers ? 'the other' : 'the'} patient</label>
<input type="text" id="other-patient" name="other-patient" maxlength="64" pattern="[A-Za-z0-9.\\-]{1,64}" autocomplete="off" spellcheck="false">`;
}

function purposeChoice({ purposes }: Offer): Html {
  if (purposes.length === 0) return nothing;
  return html`<fieldset>
<legend>For what do you use the data?</legend>
${purposes.map(({ purpose, isAsked }, at) => choice('checkbox', 'purpose', `purpose-${at}`, purpose, purposeName(purpose), isAsked))}
</fieldset>`;
}

function projectChoice({ projects }: Offer): Html {
  if (projects.length === 0) return nothing;
  const isNone = projects.every(({ isAsked }) => !isAsked);
  return html`<fieldset>
<legend>For which project?</legend>
${projects.map(({ project, isAsked }, at) => choice('radio', 'project', `project-${at}`, project, project, isAsked))}
${choice('radio', 'project', 'project-none', '', 'None', isNone)}
</fieldset>`;
}

/** Codes of the system in use have names; others are shown as they are. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */
const names: Readonly<Record<string, string>> = {
  HRESCH: 'Health care research',
  CLINTRCH: 'Clinical trial',
  BIORCH: 'Biomedical research',
  PATRQT: 'The patient asks for it',
  TREAT: 'Treatment',
  ETREAT: 'Emergency treatment',
  PUBHLTH: 'Public health',
  HOPERAT: 'Health care operations',
  HPAYMT: 'Payment',
};
const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason|';

function purposeName(purpose: string): string {
  const code = purpose.startsWith(actReason) ? purpose.slice(actReason.length) : undefined;
  return (code === undefined ? undefined : names[code]) ?? purpose;
}
