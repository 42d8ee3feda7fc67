import { Option } from 'commander';

export const databaseOption = (): Option =>
  new Option('--db <file>', 'SQLite file').default('stepcast.db', './stepcast.db');

export const formatOption = (): Option =>
  new Option('--format <format>', 'how to print').choices(['table', 'json', 'csv']).default('table');
