/** What holds for the data and what one must do with them, in plain words. */
import { Anchor, List, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { conditionTexts } from '../../../../src/fair/condition.ts';
import { obligationText } from '../../../../src/fair/use-text.ts';
import { useWords } from '../../part/words.ts';
import type { AskedDataSet } from './asked-data-set.ts';

export function ConditionsStep({ asked }: { asked: AskedDataSet }): ReactElement {
  const { t } = useTranslation('access');
  const { statement } = asked.stated;
  const terms = statement.requirements.flatMap((one) => (one.kind === 'terms' ? [one.url] : []));
  const words = useWords();
  const conditions = conditionTexts(asked.stated, words);
  return (
    <Stack>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t('conditions')}
        </Title>
        {conditions.length === 0 ? (
          <Text>{t('no-conditions')}</Text>
        ) : (
          <List>
            {conditions.map(({ code, text }) => (
              <List.Item key={`${code} ${text}`}>
                <span dir="auto">{text}</span>
              </List.Item>
            ))}
          </List>
        )}
      </section>
      {terms.length === 0 ? null : (
        <section>
          <Title order={3} size="h5" mb="xs">
            {t('terms')}
          </Title>
          <Text mb="xs">{t('terms-text')}</Text>
          <List>
            {terms.map((url) => (
              <List.Item key={url}>
                {/^https?:\/\//.test(url) ? (
                  <Anchor href={url} target="_blank" rel="noopener noreferrer">
                    {url}
                  </Anchor>
                ) : (
                  url
                )}
              </List.Item>
            ))}
          </List>
        </section>
      )}
      <section>
        <Title order={3} size="h5" mb="xs">
          {t('obligations')}
        </Title>
        {statement.obligations.length === 0 ? (
          <Text>{t('no-obligations')}</Text>
        ) : (
          <List>
            {statement.obligations.map((one) => (
              <List.Item key={JSON.stringify(one)}>
                <span dir="auto">{obligationText(one, words)}</span>
              </List.Item>
            ))}
          </List>
        )}
      </section>
    </Stack>
  );
}
