"""What the words of a caller stand for: digits, numbers, letters; English and Spanish, as spoken and as transcribed.

Words are in folded form: lower case, no accents. Sources: ICAO Annex 10 vol. II 5.2.1 (spelling alphabet, "niner",
"fife"), the APCO police alphabet, the RAE's names of the letters and the spelling words common in Spain and Mexico.
"""

from typing import Final

_UNITS: Final = (
    ("zero", "oh", "cero", "nought", "naught"),
    ("one", "uno"),
    ("two", "dos"),
    ("three", "tres"),
    ("four", "cuatro", "fower", "quatro"),
    ("five", "cinco", "fife"),
    ("six", "seis"),
    ("seven", "siete"),
    ("eight", "ocho"),
    ("nine", "nueve", "niner"),
)
UNITS: Final = {word: value for value, words in enumerate(_UNITS) for word in words}

# Everyday words that transcripts have in place of a digit; taken as one only among other digits.
WEAK_UNITS: Final = {"to": 2, "too": 2, "for": 4, "fore": 4, "ate": 8, "won": 1, "tree": 3, "un": 1, "una": 1}

_TEENS: Final = (
    ("ten", "diez"),
    ("eleven", "once"),
    ("twelve", "doce"),
    ("thirteen", "trece"),
    ("fourteen", "catorce"),
    ("fifteen", "quince"),
    ("sixteen", "dieciseis"),
    ("seventeen", "diecisiete"),
    ("eighteen", "dieciocho"),
    ("nineteen", "diecinueve"),
)
_TWENTIES: Final = ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]
TEENS: Final = (
    {word: value for value, words in enumerate(_TEENS, start=10) for word in words}
    | {"veinti" + word: value for value, word in enumerate(_TWENTIES, start=21)}
    | {"veintiun": 21}
)

_TENS: Final = (
    ("twenty", "veinte"),
    ("thirty", "treinta"),
    ("forty", "fourty", "cuarenta"),
    ("fifty", "cincuenta"),
    ("sixty", "sesenta"),
    ("seventy", "setenta"),
    ("eighty", "ochenta"),
    ("ninety", "noventa"),
)
TENS: Final = {word: 10 * value for value, words in enumerate(_TENS, start=2) for word in words}

_HUNDREDS: Final = ("dosc", "tresc", "cuatroc", "quin", "seisc", "setec", "ochoc", "novec")
HUNDREDS: Final = {"cien": 100, "ciento": 100} | {
    stem + ending: 100 * value for value, stem in enumerate(_HUNDREDS, start=2) for ending in ("ientos", "ientas")
}
HUNDRED: Final = frozenset({"hundred", "hundreds"})
THOUSAND: Final = frozenset({"thousand", "mil"})
JOINERS: Final = frozenset({"and", "y"})
REPEATS: Final = {"double": 2, "doble": 2, "triple": 3, "treble": 3}

# Said between the characters of an id without meaning anything.
FILLERS: Final = frozenset(
    [
        "uh",
        "um",
        "er",
        "erm",
        "eh",
        "ah",
        "hm",
        "hmm",
        "este",
        "pues",
        "dash",
        "hyphen",
        "guion",
        "raya",
        "minus",
        "space",
        "espacio",
        "number",
        "numero",
        "num",
        "ray",
        "digit",
        "digits",
        "letter",
        "letters",
        "letra",
        "letras",
        "capital",
        "mayuscula",
        "then",
        "luego",
    ]
)

_SPELLING: Final = (
    "alpha alfa adam antonio",
    "bravo boy baker barcelona burro",
    "charlie charles carmen casa",
    "delta david dolores dedo",
    "echo edward eddie enrique elefante",
    "foxtrot frank francia foca",
    "golf george gerona gato",
    "hotel henry historia huevo",
    "india ida ines iglesia",
    "juliet juliett john jose",
    "kilo king",
    "lima lincoln lorenzo",
    "mike mary maria madrid",
    "november nora nancy navarra",
    "oscar ocean oviedo",
    "papa paul paris perro",
    "quebec queen queso",
    "romeo robert ramon raton",
    "sierra sam sabado sapo",
    "tango tom tommy tarragona teresa",
    "uniform union ulises uva",
    "victor valencia vaca",
    "whiskey whisky william washington",
    "xray xilofono",
    "yankee young yegua yellow",
    "zulu zebra zaragoza zapato",
)
_NAMES: Final = {
    "bee": "B", "ce": "C", "cee": "C", "dee": "D", "ee": "E", "efe": "F", "eff": "F", "ge": "G", "gee": "G",
    "hache": "H", "aitch": "H", "jota": "J", "jay": "J", "ka": "K", "kay": "K", "ele": "L", "ell": "L", "eme": "M",
    "em": "M", "ene": "N", "enye": "N", "pe": "P", "pee": "P", "cu": "Q", "cue": "Q", "queue": "Q", "erre": "R",
    "ere": "R", "ess": "S", "tee": "T", "uve": "V", "ve": "V", "vee": "V", "equis": "X", "ye": "Y", "zeta": "Z",
    "zee": "Z", "zed": "Z",
}  # fmt: skip
LETTERS: Final = (
    {letter: letter.upper() for letter in "bcdfghjklmnpqrstuvwxz"}
    | {word: word[0].upper() for words in _SPELLING for word in words.split()}
    | _NAMES
)

# Letters that are everyday words too; taken as letters only beside sure ones, or when they make up a known prefix.
WEAK_LETTERS: Final = {
    "a": "A", "e": "E", "i": "I", "o": "O", "y": "Y", "be": "B", "see": "C", "sea": "C", "de": "D", "the": "D",
    "el": "L", "en": "N", "are": "R", "ar": "R", "es": "S", "ese": "S", "te": "T", "tea": "T", "you": "U", "yu": "U",
    "why": "Y", "ex": "X",
}  # fmt: skip

# Letters of two words.
PAIRED_LETTERS: Final = {
    ("double", "u"): "W",
    ("double", "you"): "W",
    ("doble", "u"): "W",
    ("doble", "ve"): "W",
    ("doble", "uve"): "W",
    ("uve", "doble"): "W",
    ("i", "griega"): "Y",
    ("i", "latina"): "I",
    ("x", "ray"): "X",
}

# "T as in Texas", "te de Teresa": the word only repeats its first letter.
EXPLAINERS: Final = (("as", "in"), ("for",), ("like",), ("como", "en"), ("como",), ("de",))
