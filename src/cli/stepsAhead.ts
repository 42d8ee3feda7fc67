export const stepsAhead = (steps: number): string => `${steps} step${steps === 1 ? '' : 's'} ahead`;
