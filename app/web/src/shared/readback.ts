/**
 * The text a dispatcher reads back to the caller, in the caller's language: every character by itself, digits never as
 * one number ("forty-one" and "forty-nine" sound alike on a bad line), letters with a word each.
 */
const DIGITS = {
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'niner'],
  es: ['cero', 'uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve'],
} as const;

// ICAO for English; for Spanish the names a caller knows from spelling over the phone.
const LETTERS = {
  en: 'Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu',
  es: 'Antonio Burgos Carmen David Enrique Francia Gerona Historia Inés José Kilo Lorenzo Madrid Navidad Oviedo París Queso Ramón Sábado Tarragona Ulises Valencia Washington Xilófono Yegua Zamora',
} as const;

const ASKS = {
  en: (said: string): string => `I read the sign back to you: ${said}. Is that right, yes or no?`,
  es: (said: string): string => `Le repito lo que dice el letrero: ${said}. ¿Es correcto, sí o no?`,
} as const;

export type ReadBackLanguage = keyof typeof DIGITS;

export function spelled(signId: string, language: ReadBackLanguage): string {
  const words = LETTERS[language].split(' ');
  const said: string[] = [];
  for (const character of signId.toUpperCase()) {
    if (character >= '0' && character <= '9') said.push(DIGITS[language][Number(character)] ?? character);
    else if (character >= 'A' && character <= 'Z') {
      const word = words[character.charCodeAt(0) - 65] ?? '';
      said.push(language === 'en' ? `${character} ${word}` : `${character} de ${word}`);
    }
  }
  return said.join(', ');
}

export function readBack(signId: string, language: ReadBackLanguage): string {
  return ASKS[language](spelled(signId, language));
}
