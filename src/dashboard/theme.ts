import { applyTheme, storedTheme } from './shell/themeChoice.js';

applyTheme(storedTheme());
