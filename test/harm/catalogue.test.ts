import { looksAsBare } from './catalogue-suite.ts';
import { installCatalogue } from './install-catalogue.ts';

looksAsBare('require-all.cjs', installCatalogue);
looksAsBare('import-all.mjs', installCatalogue);
