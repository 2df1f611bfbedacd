/** The portal: theme, data, texts and pages around each other. */
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { router } from './router.tsx';
import { FhirProblem } from './server/fhir.ts';
import { nonce } from './server/nonce.ts';
import { theme } from './shell/theme.ts';

/** What a server refuses, it refuses again; only what failed on the way is tried once more. */
const retry = (failures: number, error: Error): boolean =>
  failures < 1 && (!(error instanceof FhirProblem) || error.isPassing);

const queries = new QueryClient({
  defaultOptions: { queries: { retry, staleTime: 30_000, refetchOnWindowFocus: false }, mutations: { retry: false } },
});

export function Portal(): ReactElement {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
