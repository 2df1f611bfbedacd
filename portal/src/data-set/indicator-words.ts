/** What the FAIR indicators are called in German, and what to do in general where one is not met: servers say both in English. See docs/reference/assessment.md */

interface IndicatorWords {
  readonly wording: string;
  readonly remedy: string;
}

const identify =
  'Geben Sie dem Eintrag einen Identifikator mit dem System urn:ietf:rfc:3986 und einer DOI oder einer anderen Adresse, die sich nicht ändert, als Wert, und sagen Sie der Stelle, die ihn auflöst, wo der Eintrag liegt.';
const identifyData =
  'Geben Sie dem, worauf der Eintrag verweist (eine Group genügt, mit oder ohne Mitglieder), einen Identifikator mit dem System urn:ietf:rfc:3986, und nennen Sie ihn auch beim Verweis.';
const complete = 'Ergänzen Sie im Eintrag, was fehlt.';
const giveData = 'Geben Sie die Daten über HTTP heraus, am besten über die REST-Schnittstelle von FHIR.';
const replaceCodes =
  'Ersetzen Sie Codes eigener Systeme und Codes ohne System durch solche veröffentlichter Vokabulare (SNOMED CT, LOINC, ATC, ICD, HL7), oder veröffentlichen Sie das Codesystem unter seiner kanonischen URL.';
const relate = 'Lassen Sie Datensätze aufeinander verweisen: subject, encounter, basedOn und so weiter.';
const referToData = 'Verweisen Sie in der Erweiterung library-relatedContent auf die Daten, mit dem Typ composed-of.';
const stateLicence =
  'Nennen Sie die Lizenz in der Erweiterung licenceCodeable mit einem Code aus http://hl7.org/fhir/spdx-license, etwa CC-BY-4.0; eigene Bedingungen geschützter Daten in licenceAttachment.';
const provenance =
  'Schreiben Sie eine Provenance, deren target der Eintrag ist: wer ihn gemacht hat (agent), wann (recorded), woraus (entity); sie muss über Provenance?target= zu finden sein.';

type Row = readonly [id: string, wording: string, remedy: string];

const rows: readonly Row[] = [
  ['F1-01M', 'Der Eintrag hat einen Identifikator, der bleibt', identify],
  ['F1-01D', 'Die Daten haben einen Identifikator, der bleibt', identifyData],
  ['F1-02M', 'Den Identifikator des Eintrags gibt es auf der Welt nur einmal', identify],
  ['F1-02D', 'Den Identifikator der Daten gibt es auf der Welt nur einmal', identifyData],
  ['F2-01M', 'Der Eintrag sagt genug, damit man die Daten findet', complete],
  [
    'F3-01M',
    'Der Eintrag nennt den Identifikator der Daten',
    'Geben Sie in der Erweiterung library-relatedContent mit relatedArtifactResourceReference beides an: einen Verweis mit Adresse und den Identifikator.',
  ],
  [
    'F4-01M',
    'Der Eintrag kann eingesammelt und indiziert werden',
    'Lassen Sie den Eintrag ohne Token durch eine Suche nach seinem Typ finden, und beantworten Sie den Verlauf des Typs mit _since.',
  ],
  [
    'A1-01M',
    'Der Eintrag sagt, wie man an die Daten kommt',
    'Sagen Sie im Eintrag, wer die Daten haben darf und wie man sie beantragt: contact, die Erweiterungen access-committee, terms-to-accept oder data-use, oder eine Seite mit Dokumentation.',
  ],
  [
    'A1-02M',
    'Menschen kommen an den Eintrag',
    'Lassen Sie alle den Eintrag des Datensatzes lesen, auch wenn die Daten geschützt sind.',
  ],
  [
    'A1-02D',
    'Menschen kommen an die Daten',
    'Sagen Sie im Eintrag, wen man nach den Daten fragt: contact, access-committee oder terms-to-accept.',
  ],
  [
    'A1-03M',
    'Der Identifikator des Eintrags führt zum Eintrag',
    'Registrieren Sie den Identifikator so, dass er zum Eintrag führt, und beantworten Sie auf dem Server ?identifier= (und ?url= für kanonische URLs).',
  ],
  [
    'A1-03D',
    'Der Identifikator der Daten führt zu den Daten',
    'Berichtigen oder entfernen Sie Verweise, die nirgendwohin führen; wo Daten zurückgehalten werden, nennen Sie die Bedingungen im Eintrag.',
  ],
  [
    'A1-04M',
    'Der Eintrag wird über ein Standardprotokoll geholt',
    'Stellen Sie den Eintrag über die REST-Schnittstelle von FHIR bereit, mit einem CapabilityStatement unter [base]/metadata.',
  ],
  ['A1-04D', 'Die Daten werden über ein Standardprotokoll geholt', giveData],
  [
    'A1-05D',
    'Programme kommen an die Daten',
    'Lassen Sie Programme ein: sagen Sie in .well-known/smart-configuration oder in CapabilityStatement.rest.security, woher sie Tokens bekommen.',
  ],
  [
    'A1.1-01M',
    'Das Protokoll für den Eintrag kann jeder frei benutzen',
    'Lassen Sie alle den Eintrag lesen, oder sagen Sie, wo Programme ein Token bekommen: SMART oder OAuth in .well-known/smart-configuration.',
  ],
  ['A1.1-01D', 'Das Protokoll für die Daten kann jeder frei benutzen', giveData],
  [
    'A1.2-01D',
    'Das Protokoll für die Daten weiß, wer fragt und was er haben darf',
    'Bieten Sie auf dem Server der Daten SMART oder OAuth an, und nennen Sie es in CapabilityStatement.rest.security.',
  ],
  [
    'A2-01M',
    'Der Eintrag bleibt, wenn die Daten weg sind',
    'Halten Sie Einträge getrennt von den Daten, und löschen Sie sie nicht mit ihnen: setzen Sie ihren Status auf retired, und behalten Sie ihren Verlauf.',
  ],
  [
    'I1-01M',
    'Der Eintrag hat ein Standardformat',
    'Antworten Sie mit den Medientypen von FHIR: application/fhir+json, application/fhir+xml.',
  ],
  [
    'I1-01D',
    'Die Daten haben ein Standardformat',
    'Geben Sie die Daten als FHIR heraus, oder nennen Sie den Medientyp jeder Datei in Library.content.contentType.',
  ],
  [
    'I1-02M',
    'Maschinen verstehen, was der Eintrag sagt',
    'Verwenden Sie Codes mit der kanonischen URL ihres Codesystems, wo ein Element Codes nimmt.',
  ],
  [
    'I1-02D',
    'Maschinen verstehen, was die Daten sagen',
    'Codieren Sie, was in den Daten steht: Diagnosen, Substanzen, Beobachtungen.',
  ],
  ['I2-01M', 'Der Eintrag verwendet Vokabulare, die selbst FAIR sind', replaceCodes],
  ['I2-01D', 'Die Daten verwenden Vokabulare, die selbst FAIR sind', replaceCodes],
  [
    'I3-01M',
    'Der Eintrag verweist auf andere Einträge',
    'Verweisen Sie auf die Studie, die herausgebende Stelle, die Dokumentation und die Artikel: relatedArtifact, Verweise auf Organization und ResearchStudy.',
  ],
  ['I3-01D', 'Die Daten verweisen auf andere Daten', relate],
  ['I3-02M', 'Der Eintrag verweist auf Daten', referToData],
  ['I3-02D', 'Die Daten sagen, wie sie mit anderen Daten zusammenhängen', relate],
  [
    'I3-03M',
    'Der Eintrag sagt, wie er mit anderen Einträgen zusammenhängt',
    'Sagen Sie, was das andere ist: relatedArtifact.type mit relatedArtifactType von FHIR for FAIR, nicht nur subjectOther.',
  ],
  ['I3-04M', 'Der Eintrag sagt, wie er mit den Daten zusammenhängt', referToData],
  ['R1-01M', 'Der Eintrag sagt genug, damit man die Daten weiterverwenden kann', complete],
  ['R1.1-01M', 'Der Eintrag sagt, unter welcher Lizenz die Daten verwendet werden dürfen', stateLicence],
  ['R1.1-02M', 'Die Lizenz ist eine Standardlizenz', stateLicence],
  ['R1.1-03M', 'Maschinen verstehen die Lizenz', stateLicence],
  ['R1.2-01M', 'Der Eintrag sagt, woher er kommt, wie es in seinem Fachgebiet üblich ist', provenance],
  ['R1.2-02M', 'Der Eintrag sagt in einer Sprache aller Fachgebiete, woher er kommt', provenance],
  [
    'R1.3-01M',
    'Der Eintrag folgt einem Standard seines Fachgebiets',
    'Nennen Sie das Profil in meta.profile: http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/Library-uv-f4f.',
  ],
  [
    'R1.3-01D',
    'Die Daten folgen einem Standard ihres Fachgebiets',
    'Nennen Sie die Profile der Daten in meta.profile oder als supportedProfile im CapabilityStatement.',
  ],
  [
    'R1.3-02M',
    'Maschinen können prüfen, ob der Eintrag dem Standard folgt',
    'Beheben Sie, was falsch ist, und nennen Sie das Profil in meta.profile.',
  ],
  [
    'R1.3-02D',
    'Maschinen können prüfen, ob die Daten dem Standard folgen',
    'Bieten Sie auf dem Server der Daten $validate an, und beheben Sie, was es findet.',
  ],
];

/** By RDA's id, such as `RDA-F1-01M`. */
export const germanIndicators: ReadonlyMap<string, IndicatorWords> = new Map(
  rows.map(([id, wording, remedy]) => [`RDA-${id}`, { wording, remedy }]),
);
