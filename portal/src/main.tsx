/** Starts the portal in the page. */
import '@mantine/core/styles.css';
import './shell/global.css';
import { createRoot } from 'react-dom/client';
import { Portal } from './portal.tsx';
import { nonce } from './server/nonce.ts';
import { startTexts } from './text/texts.ts';

// What locks the page behind dialogs makes a style sheet of its own, and takes the nonce from here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

await startTexts();
createRoot(document.getElementById('root')!).render(<Portal />);
