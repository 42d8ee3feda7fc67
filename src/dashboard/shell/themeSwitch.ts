import { h } from '../dom/h.js';
import { applyTheme, storedTheme, storeTheme, type Theme, themes } from './themeChoice.js';

const words: Readonly<Record<Theme, string>> = { auto: 'System', light: 'Light', dark: 'Dark' };

/** A choice of three; kept in this browser. */
export function themeSwitch(): HTMLElement {
  const select = h(
    'select',
    { id: 'theme', 'aria-label': 'Colours', title: 'Colours' },
    ...themes.map((theme) => h('option', { value: theme }, words[theme])),
  );
  select.value = storedTheme();
  select.addEventListener('change', () => {
    const theme = select.value as Theme;
    storeTheme(theme);
    applyTheme(theme);
  });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', () => applyTheme(storedTheme()));
  return select;
}
