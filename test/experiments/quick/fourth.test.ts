import { quickTests } from './quickSupport.ts';

quickTests(3);
