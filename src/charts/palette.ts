/** Colours of Okabe & Ito (2008), which people of any colour vision tell apart, on white and on dark. */
export const seriesColours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

export const colourOf = (index: number): string => seriesColours[index % seriesColours.length];
