/** The texts of the portal in the reader's language. English comes with each page; other languages are loaded when they are chosen. https://www.i18next.com/ */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type Language, languages } from '../../../src/fair/words/index.ts';

export { type Language, languages };

type Texts = Readonly<Record<string, unknown>>;

const files = import.meta.glob<Texts>('./*/*.json', { import: 'default' });

const stored = 'fairway-language';

function readerLanguage(): Language {
  const wanted = [localStorage.getItem(stored), ...navigator.languages].flatMap((one) => one?.slice(0, 2) ?? []);
  return languages.find((one) => one === wanted.find((each) => languages.some((known) => known === each))) ?? 'en';
}

/** Reads one page's texts in one language when they are first asked for. */
const onDemand = {
  type: 'backend' as const,
  init() {},
  read(language: string, page: string, done: (error: Error | null, texts: Texts | null) => void) {
    const load = files[`./${language}/${page}.json`];
    if (load === undefined) return done(new Error(`no texts of ${page} in ${language}`), null);
    load().then(
      (texts) => done(null, texts),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
    );
  },
};

export async function startTexts(): Promise<void> {
  const language = readerLanguage();
  await i18next
    .use(onDemand)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: 'en',
      supportedLngs: languages,
      ns: ['shell', 'part'],
      defaultNS: 'shell',
      // React escapes what it shows.
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
  document.documentElement.lang = language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(stored, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
