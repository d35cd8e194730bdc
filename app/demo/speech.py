"""How callers read an id out: English or Spanish, digits or numbers, spelled or not, alone or in a sentence."""

from random import Random
from typing import Final

Words = list[str]

DIGITS: Final = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
}
TEENS: Final = {
    "en": [
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ],
    "es": ["diez", "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve"],
}
TENS: Final = {
    "en": ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    "es": ["veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"],
}
HUNDREDS: Final = [
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]
NATO: Final = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliet",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
    "quebec",
    "romeo",
    "sierra",
    "tango",
    "uniform",
    "victor",
    "whiskey",
    "xray",
    "yankee",
    "zulu",
]
POLICE: Final = [
    "adam",
    "boy",
    "charles",
    "david",
    "edward",
    "frank",
    "george",
    "henry",
    "ida",
    "john",
    "king",
    "lincoln",
    "mary",
    "nora",
    "ocean",
    "paul",
    "queen",
    "robert",
    "sam",
    "tom",
    "union",
    "victor",
    "william",
    "xray",
    "young",
    "zebra",
]
SPANISH_NAMES: Final = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "a",
            "be",
            "ce",
            "de",
            "e",
            "efe",
            "ge",
            "hache",
            "i",
            "jota",
            "ka",
            "ele",
            "eme",
            "ene",
            "o",
            "pe",
            "cu",
            "erre",
            "ese",
            "te",
            "u",
            "uve",
            "doble_u",
            "equis",
            "ye",
            "zeta",
        ],
        strict=True,
    )
)
SENTENCES: Final = {
    "en": (
        "{}",
        "{}",
        "the sign says {}",
        "it's number {} on the sign",
        "I am at {} blue writing",
        "okay {} please help us",
    ),
    "es": ("{}", "{}", "el letrero dice {}", "es el número {}", "dice {} letras azules", "estamos en {} ayuda"),
}


def prefix_words(prefix: str, sector_name: str, language: str, rng: Random) -> Words:
    """Say a prefix: as written, by letters, in an alphabet, or as the sector's name where that says the same."""
    if len(prefix) == 3 and rng.random() < 0.12:
        return [sector_name]
    way = rng.choice(("whole", "letters", "names" if language == "es" else rng.choice(("nato", "police"))))
    if way == "whole":
        return [prefix if rng.random() < 0.5 else prefix.lower()]
    if way == "letters":
        return list(prefix)
    if way == "names":
        return [SPANISH_NAMES[letter].replace("_", " ") for letter in prefix]
    alphabet = NATO if way == "nato" else POLICE
    return [alphabet[ord(letter) - ord("A")] for letter in prefix]


def number_words(digits: str, language: str, rng: Random) -> Words:
    """Say a number: written, digit by digit, in pairs ("four seventeen"), or as one number."""
    way = rng.choice(("written", "digits", "digits", "pairs", "number"))
    if way == "written" or not digits:
        return [digits]
    if way == "number" and len(digits) == 3 and digits[0] != "0":
        return hundreds(digits, language)
    if way == "pairs" and len(digits) in (2, 3, 4):
        cut = len(digits) - 2
        head = spelled(digits[:cut], language) if cut < 2 else below_hundred(digits[:cut], language)
        return head + below_hundred(digits[cut:], language)
    return spelled(digits, language)


def spelled(digits: str, language: str) -> Words:
    return [DIGITS[language][int(digit)] for digit in digits]


def below_hundred(pair: str, language: str) -> Words:
    """Say two digits as a number, or as digits when the first is a zero."""
    value = int(pair)
    if pair[0] == "0":
        return spelled(pair, language)
    if value < 20:
        return [TEENS[language][value - 10]]
    tens, unit = TENS[language][value // 10 - 2], value % 10
    if not unit:
        return [tens]
    return [tens, "y", DIGITS["es"][unit]] if language == "es" else [tens, DIGITS["en"][unit]]


def hundreds(digits: str, language: str) -> Words:
    rest = below_hundred(digits[1:], language) if digits[1] != "0" else spelled(digits[2:].replace("0", ""), language)
    if language == "es":
        return [HUNDREDS[int(digits[0]) - 1], *rest]
    return [DIGITS["en"][int(digits[0])], "hundred", *rest]


def in_sentence(words: Words, language: str, rng: Random) -> str:
    """Join words as transcripts do, now and then in a sentence."""
    text = " ".join(word for word in words if word)
    return rng.choice(SENTENCES[language]).format(text)
