"""A model of sentences in a real browser: words fit, a language is chosen beside them, rounded numbers are read."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core import paths
from core.figures.packing import packed, rounded, unpacked
from tests.browser.harness import serve
from tests.browser.test_every_page import path_of
from tests.browser.test_layout import FAULTS, resize, unmoved
from tests.core.tiny_sentences import ENGLISH, write_checkpoint

SOURCE = f"→de {' '.join(sentence.rstrip('.') for sentence in ENGLISH[:600:150])}."
PAGES = "heads", "decode"
SIZES = (1280, 720), (390, 844)


@pytest.fixture(scope="module")
def sentences(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """Serve a tiny model of sentences, and return a page that is asked for its faults, with the server's address."""
    folder = tmp_path_factory.mktemp("checkpoints")
    write_checkpoint(folder / "sentences.safetensors", strange=500)
    shutil.copy(paths.checkpoint_path("dates"), folder)
    with serve(SEQ2SEE_CHECKPOINTS=str(folder)) as address:
        context = browser.new_context()
        context.add_init_script(FAULTS)
        page = context.new_page()
        page.set_default_timeout(60_000)
        yield page, address
        context.close()


def test_a_long_sentence_fits_and_its_language_is_one_press_away(sentences) -> None:
    page, address = sentences
    faults = []
    for name in PAGES:
        resize(page, SIZES[0])
        page.goto(f"{address}/{path_of(name)}?model=sentences&source={quote(SOURCE)}&step=4")
        expect(page.get_by_role("radio", name="Deutsch")).to_be_checked()
        for size in SIZES:
            resize(page, size)
            unmoved(page)
            faults += [f"{name}, {size}: {fault}" for fault in page.evaluate("layoutFaults()")]
    assert faults == []
    page.get_by_role("radio", name="español").click()
    expect(page).to_have_url(re.compile(rf"source={quote('→es')}"))


def test_the_browser_reads_rounded_numbers_as_they_were_meant(browser) -> None:
    script = (Path(paths.COMPONENTS) / "lib" / "bytes.js").read_text().replace("export ", "")
    page = browser.new_page()
    for count, runs in ((1, 1), (7, 1), (100, 4), (4096, 64)):
        values = np.random.default_rng(count).normal(size=count)
        for sent in (rounded(values, runs), packed(values, "<f4")):
            read = page.evaluate(f"(text) => {{ {script}; return Array.from(floatsOf(text)); }}", sent)
            assert np.allclose(read, unpacked(sent), atol=1e-6)
    page.close()
