"""Sets of characters: code points, multi-character escapes, and the blocks that XML Schema names."""

from typing import Final

from counterflow.feel.patterns.tree import LAST, Ranges

SPACE: Final[Ranges] = ((0x9, 0xA), (0xD, 0xD), (0x20, 0x20))
NAME_START: Final[Ranges] = (
    *(
        (0x3A, 0x3A),
        (0x41, 0x5A),
        (0x5F, 0x5F),
        (0x61, 0x7A),
        (0xC0, 0xD6),
        (0xD8, 0xF6),
        (0xF8, 0x2FF),
        (0x370, 0x37D),
        (0x37F, 0x1FFF),
    ),
    *(
        (0x200C, 0x200D),
        (0x2070, 0x218F),
        (0x2C00, 0x2FEF),
        (0x3001, 0xD7FF),
        (0xF900, 0xFDCF),
        (0xFDF0, 0xFFFD),
        (0x10000, 0xEFFFF),
    ),
)
NAME: Final[Ranges] = (
    *NAME_START,
    (0x2D, 0x2E),
    (0x30, 0x39),
    (0xB7, 0xB7),
    (0x300, 0x36F),
    (0x203F, 0x2040),
)
_CATEGORIES: Final = """
L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn
"""
CATEGORIES: Final = frozenset(_CATEGORIES.split())

_BLOCKS: Final = """
BasicLatin 0-7F, Latin-1Supplement 80-FF, LatinExtended-A 100-17F, LatinExtended-B 180-24F,
IPAExtensions 250-2AF, SpacingModifierLetters 2B0-2FF, CombiningDiacriticalMarks 300-36F, Greek 370-3FF,
GreekandCoptic 370-3FF, Cyrillic 400-4FF, CyrillicSupplement 500-52F, Armenian 530-58F, Hebrew 590-5FF,
Arabic 600-6FF, Syriac 700-74F, ArabicSupplement 750-77F, Thaana 780-7BF, NKo 7C0-7FF, Devanagari 900-97F,
Bengali 980-9FF, Gurmukhi A00-A7F, Gujarati A80-AFF, Oriya B00-B7F, Tamil B80-BFF, Telugu C00-C7F,
Kannada C80-CFF, Malayalam D00-D7F, Sinhala D80-DFF, Thai E00-E7F, Lao E80-EFF, Tibetan F00-FFF,
Myanmar 1000-109F, Georgian 10A0-10FF, HangulJamo 1100-11FF, Ethiopic 1200-137F, Cherokee 13A0-13FF,
UnifiedCanadianAboriginalSyllabics 1400-167F, Ogham 1680-169F, Runic 16A0-16FF, Khmer 1780-17FF,
Mongolian 1800-18AF, LatinExtendedAdditional 1E00-1EFF, GreekExtended 1F00-1FFF, GeneralPunctuation 2000-206F,
SuperscriptsandSubscripts 2070-209F, CurrencySymbols 20A0-20CF, CombiningMarksforSymbols 20D0-20FF,
CombiningDiacriticalMarksforSymbols 20D0-20FF, LetterlikeSymbols 2100-214F, NumberForms 2150-218F,
Arrows 2190-21FF, MathematicalOperators 2200-22FF, MiscellaneousTechnical 2300-23FF,
ControlPictures 2400-243F, OpticalCharacterRecognition 2440-245F, EnclosedAlphanumerics 2460-24FF,
BoxDrawing 2500-257F, BlockElements 2580-259F, GeometricShapes 25A0-25FF, MiscellaneousSymbols 2600-26FF,
Dingbats 2700-27BF, BraillePatterns 2800-28FF, CJKRadicalsSupplement 2E80-2EFF, KangxiRadicals 2F00-2FDF,
IdeographicDescriptionCharacters 2FF0-2FFF, CJKSymbolsandPunctuation 3000-303F, Hiragana 3040-309F,
Katakana 30A0-30FF, Bopomofo 3100-312F, HangulCompatibilityJamo 3130-318F, Kanbun 3190-319F,
BopomofoExtended 31A0-31BF, EnclosedCJKLettersandMonths 3200-32FF, CJKCompatibility 3300-33FF,
CJKUnifiedIdeographsExtensionA 3400-4DBF, CJKUnifiedIdeographs 4E00-9FFF, YiSyllables A000-A48F,
YiRadicals A490-A4CF, HangulSyllables AC00-D7A3, PrivateUse E000-F8FF, PrivateUseArea E000-F8FF,
CJKCompatibilityIdeographs F900-FAFF, AlphabeticPresentationForms FB00-FB4F,
ArabicPresentationForms-A FB50-FDFF, CombiningHalfMarks FE20-FE2F, CJKCompatibilityForms FE30-FE4F,
SmallFormVariants FE50-FE6F, ArabicPresentationForms-B FE70-FEFF, HalfwidthandFullwidthForms FF00-FFEF,
Specials FFF0-FFFF, OldItalic 10300-1032F, Gothic 10330-1034F, Deseret 10400-1044F,
ByzantineMusicalSymbols 1D000-1D0FF, MusicalSymbols 1D100-1D1FF, MathematicalAlphanumericSymbols 1D400-1D7FF,
MiscellaneousSymbolsandPictographs 1F300-1F5FF, Emoticons 1F600-1F64F,
CJKUnifiedIdeographsExtensionB 20000-2A6DF, CJKCompatibilityIdeographsSupplement 2F800-2FA1F, Tags E0000-E007F
"""


def _block(row: str) -> tuple[str, tuple[int, int]]:
    name, _, ends = row.strip().rpartition(" ")
    first, _, last = ends.partition("-")
    return name, (int(first, 16), int(last, 16))


BLOCKS: Final[dict[str, tuple[int, int]]] = dict(_block(row) for row in _BLOCKS.split(","))


def others(ranges: Ranges) -> Ranges:
    """The ranges of all characters that are in none of these."""
    return without(((0, LAST),), ranges)


def without(held: Ranges, removed: Ranges) -> Ranges:
    """The ranges of what is held, but for the characters removed."""
    for low, high in removed:
        held = tuple(
            part
            for first, last in held
            for part in ((first, min(last, low - 1)), (max(first, high + 1), last))
            if part[0] <= part[1]
        )
    return held
