/** Where a series comes from, and what is known of its values. */
export interface SeriesOrigin {
  readonly series: string;
  readonly topic: string;
  readonly field?: string; // absent: the payload is a bare number
  readonly unit?: string;
  readonly deviceClass?: string; // of a Home Assistant sensor
}

export interface SourceDevice {
  readonly name: string;
  readonly entity: string; // what of it this series measures; empty: the device is this series
}

/** The device a series is a part of: that of its topic; of a bare number three levels deep or more, that of the level above. */
export const sourceDevice = ({ topic, field }: SeriesOrigin): SourceDevice => {
  if (field !== undefined) return { name: topic, entity: field };
  const cut = topic.lastIndexOf('/');
  const isDeep = topic.indexOf('/') < cut && cut < topic.length - 1;
  return isDeep ? { name: topic.slice(0, cut), entity: topic.slice(cut + 1) } : { name: topic, entity: '' };
};
