"""The 39 phones of ARPAbet as CMUdict uses them, and each in the International Phonetic Alphabet.

Without stress AH stands for both the vowel of *cut* (ʌ) and the schwa of *about* (ə), and ER for both ɝ and ɚ.

Source: CMUdict, file cmudict.phones; Jurafsky & Martin 2009, fig. 7.1 and 7.2 (ARPAbet and IPA).
"""

IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɝ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
PHONES = tuple(IPA)
