"""The task of sentences with a small made-up file of pairs."""

from core.tasks import Sentences
from core.tasks.sentence_pairs import Row
from core.tasks.sentences_data import texts_to_learn_from
from core.tokenizers.learn import learn

NOUNS = ("cat", "dog", "house", "garden", "book", "river", "train", "window", "sister", "teacher")
VERBS = ("sees", "likes", "knows", "finds", "wants", "buys")
ENGLISH = [f"The {one} {verb} the {other}." for one in NOUNS for verb in VERBS for other in NOUNS]
SIZES = {"de": 300, "es": 200, "fr": 250, "ja": 600, "zh": 150}
ROWS = tuple(
    Row(english, language, f"{language.upper()}: {english.lower()}", "CC BY 2.0 FR, made up")
    for language, size in SIZES.items()
    for english in ENGLISH[:size]
)
TASK = Sentences(learn(texts_to_learn_from(ROWS), 50), ROWS)
