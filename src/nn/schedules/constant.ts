import type { Schedule } from './schedule.js';

/** 1, always. */
export const constant: Schedule = () => 1;
