import { quickTests } from './quickSupport.ts';

quickTests(0);
