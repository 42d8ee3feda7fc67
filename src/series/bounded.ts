const mostFloat32 = 3e38;
const most = 1e300;

/** `value` as a float32 can hold it. NaN stays. */
export const narrow = (value: number): number => Math.min(mostFloat32, Math.max(-mostFloat32, value));

/** `value` so small that a few of them can still be added and multiplied. NaN stays. */
export const bounded = (value: number): number => Math.min(most, Math.max(-most, value));
