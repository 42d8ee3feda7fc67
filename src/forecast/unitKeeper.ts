const stretch = 4;

/** The unit in which a learner sees a series: its spread when it began, and anew when the spread has left that by more than four times. */
export class UnitKeeper {
  value = 0; // 0 before the first

  /** Follows `spread`; returns how many times larger the unit has become, 1 when it stays. */
  follow(spread: number): number {
    const before = this.value;
    if (before === 0) {
      this.value = spread;
      return 1;
    }
    const ratio = spread / before;
    if (ratio < stretch && ratio > 1 / stretch) return 1;
    this.value = spread;
    return ratio;
  }
}
