export { type SpeakOptions, speakDigit } from './speakDigit.ts';
export { inventSpeaker, type Speaker } from './speaker.ts';
