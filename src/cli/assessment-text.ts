/** Shows an assessment to people: a score for each letter, a line for each indicator, and what to do. See docs/reference/assessment.md */
import type { Assessment, LetterScore, Measured } from '../fair/assessment/assessment.ts';
import { letterNames } from '../fair/assessment/fhir.ts';
import { plain } from '../fair/plain.ts';
import { tableOf } from './table.ts';

interface Style {
  heading(text: string): string;
}

export function assessmentText(assessment: Assessment, style: Style): string {
  const { title, address, score, letters, indicators } = assessment;
  const total = score === undefined ? 'nothing could be measured' : `${score} % FAIR`;
  return [
    `${style.heading(plain(title, 200))}\n  ${plain(address)}\n  ${total}\n`,
    `${style.heading('Scores')}\n${scoresText(letters)}`,
    `${style.heading('Indicators')}\n${indicatorsText(indicators)}`,
    remediesText(indicators, style),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const scoresText = (letters: readonly LetterScore[]): string =>
  tableOf(
    [
      { title: 'LETTER' },
      { title: 'SCORE', right: true },
      { title: 'LEVEL', right: true },
      { title: 'MET', right: true },
      { title: 'MEASURED', right: true },
    ],
    letters.map(({ letter, score, level, met, measured, applicable }) => [
      letterNames[letter],
      score === undefined ? '-' : `${score} %`,
      `${level} of 5`,
      `${met} of ${applicable}`,
      `${measured} of ${applicable}`,
    ]),
  );

const states: Readonly<Record<Measured['state'], string>> = {
  pass: 'met',
  partial: 'in part',
  fail: 'not met',
  'not-applicable': 'does not apply',
  'not-measured': 'not measured',
};

const indicatorsText = (indicators: readonly Measured[]): string =>
  tableOf(
    [{ title: 'INDICATOR' }, { title: 'PRIORITY' }, { title: 'RESULT' }, { title: 'WHAT' }],
    indicators.map((one) => [one.id, one.priority, states[one.state], one.wording]),
  );

const seenText = ({ id, priority, reason }: Measured): string => `    ${id} (${priority}): ${plain(reason, 400)}\n`;

/** What to do, the most important first, what helps several indicators once. */
function remediesText(indicators: readonly Measured[], style: Style): string {
  const open = indicators.filter(({ state }) => state !== 'pass' && state !== 'not-applicable');
  const byRemedy = new Map<string, Measured[]>();
  for (const priority of ['essential', 'important', 'useful'] as const) {
    for (const one of open.filter((each) => each.priority === priority)) {
      byRemedy.set(one.remedy, [...(byRemedy.get(one.remedy) ?? []), one]);
    }
  }
  const lines = [...byRemedy].map(([remedy, all]) => `  ${plain(remedy)}\n${all.map(seenText).join('')}`);
  return lines.length === 0 ? '' : `${style.heading('What to do')}\n${lines.join('')}`;
}
