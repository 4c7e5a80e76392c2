"""Corpora and tokenizers: frozen, hashed, split by shuffled documents."""

import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest

from refutable.gpt.corpus import KNOWN, load_corpus, read_text
from refutable.gpt.errors import ConfigError, CorpusError
from refutable.gpt.filters import Classifier, oracle
from refutable.gpt.markov import fit_chain
from refutable.gpt.rng import key
from refutable.gpt.tokenizer import _PIECE as PIECES
from refutable.gpt.tokenizer import Tokenizer, train_tokenizer


def test_the_bundled_text_is_the_one_that_was_frozen():
    digest = hashlib.sha256(read_text("bundled").encode()).hexdigest()
    assert KNOWN[digest].startswith("bundled")


def test_its_licence_is_kept_beside_it():
    from importlib import resources

    licence = resources.files("refutable.gpt").joinpath("data", "LICENSE.PSF").read_text()
    assert "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in licence


def test_documents_are_shuffled_and_an_eighth_is_held_out():
    corpus = load_corpus("bundled", tokenizer="char:65", length=129)
    assert corpus.tokenizer.size == 65
    total = len(corpus.documents) + len(corpus.held_out)
    assert len(corpus.held_out) == total // 8
    text = train_tokenizer("char:65", read_text("bundled")).encode(read_text("bundled"))
    whole = np.concatenate([corpus.documents, corpus.held_out])
    order = np.lexsort(whole.T)
    same = text[: total * 129].reshape(total, 129)
    assert (whole[order] == same[np.lexsort(same.T)]).all()
    assert (whole != same).any(1).mean() > 0.9
    assert (corpus.order(0, 0) != corpus.order(0, 1)).any()


def test_a_file_is_read_and_its_hash_recorded(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("abcd " * 1000)
    corpus = load_corpus(f"file:{path}", length=33)
    assert corpus.describe()["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert corpus.describe()["known_as"] is None


def test_stdlib_is_the_docstrings_and_topics_of_this_interpreter(tmp_path, monkeypatch):
    from refutable.gpt import corpus

    told = "What this function does, in more than forty characters."
    (tmp_path / "a.py").write_text(f'def f():\n    """{told}"""\n\nx = "{told[::-1]}"\n')
    (tmp_path / "b.py").write_text("def broken(:\n")
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "c.py").write_text(f'"""{told.upper()}"""\n')
    monkeypatch.setattr(corpus.sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})
    text = read_text("stdlib")
    assert text.count(told) == 1
    assert told.upper() not in text
    assert told[::-1] not in text
    assert len(text) > 300_000  # the language reference
    assert all(c == "\n" or 32 <= ord(c) < 127 for c in text)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("file:nowhere.txt", "No such file"),
        ("tiny", "unknown corpus 'tiny'"),
        ("markov:x", "whole number K"),
        ("markov:9", "smaller order"),
    ],
)
def test_a_corpus_that_does_not_exist_says_so(spec, message):
    with pytest.raises(CorpusError, match=message):
        load_corpus(spec, length=33)


@pytest.mark.parametrize("spec", ["char", "char:30", "bpe:300"])
def test_tokenizers_round_trip(spec):
    text = read_text("bundled")[:20_000]
    tok = train_tokenizer(spec, text)
    tokens = tok.encode(text)
    assert tokens.max() < tok.size
    if spec != "char:30":
        assert tok.decode(tokens) == text
    assert Tokenizer.from_json(tok.to_json()) == tok


def test_characters_without_a_token_are_one_token_or_an_error():
    tok = train_tokenizer("char:3", "aaabbcd")
    assert tok.pieces == ("a", "b", "\ufffd")
    assert tok.encode("abcz\u20ac").tolist() == [0, 1, 2, 2, 2]
    with pytest.raises(ConfigError, match="no token for"):
        train_tokenizer("char", "ab").encode("abz")
    assert train_tokenizer("char", "ab").encode("").tolist() == []


def test_byte_pairs_merge_the_commonest_pair_first_and_encode_any_text():
    tok = train_tokenizer("bpe:258", "aaab aaab aaab")
    assert tok.merges[0] == (97, 97)
    assert tok.decode(tok.encode("naïve ≤ 3")) == "naïve ≤ 3"
    assert tok.size <= 258


def test_merges_are_those_of_counting_all_pairs_anew_each_time():
    """Ties go to the smaller pair; pairs that a merge destroys or makes are counted again."""
    text = read_text("bundled")[:6_000] + "aaaa aaaaa aaa " * 9
    tok = train_tokenizer("bpe:420", text)
    words = Counter(tuple(w.encode()) for w in PIECES.findall(text))
    for new, best in enumerate(tok.merges, start=256):
        pairs = Counter()
        for word, count in words.items():
            for pair in itertools.pairwise(word):
                pairs[pair] += count
        assert best == min(pairs, key=lambda p: (-pairs[p], p))
        after = Counter()
        for word, count in words.items():
            out = []
            for token in word:
                if out and (out[-1], token) == best:
                    out[-1] = new
                else:
                    out.append(token)
            after[tuple(out)] += count
        words = after
    assert len(tok.merges) == 420 - 256


@pytest.mark.parametrize("spec", ["words", "bpe:10", "bpe", "char:x"])
def test_unknown_tokenizers_are_refused(spec):
    with pytest.raises(ConfigError):
        train_tokenizer(spec, "abc")


def test_the_known_source_has_the_law_it_says():
    """Transition counts of 2,000 documents against the table, by chi-square (1e-9)."""
    from scipy.stats import chi2

    tokens = train_tokenizer("char:6", read_text("bundled")).encode(read_text("bundled"))
    chain = fit_chain(tokens, 6, 1)
    assert np.allclose(chain.table.sum(1), 1)
    documents = chain.documents(3, 2000, 33).astype(int)
    counts = np.zeros((6, 6))
    np.add.at(counts, (documents[:, :-1].ravel(), documents[:, 1:].ravel()), 1)
    rows = counts.sum(1, keepdims=True)
    statistic = ((counts - rows * chain.table) ** 2 / (rows * chain.table)).sum()
    assert statistic < chi2.isf(1e-9, 30)
    assert (chain.documents(3, 10, 33) == documents[:10]).all()
    assert np.allclose(chain.conditional(documents[:4, :5]), chain.table[documents[:4, 4]])


def test_the_oracle_keeps_by_source_and_never_nothing():
    kept = oracle(np.repeat([0.9, 0.3], 5000), key(0, "filter"))
    assert abs(kept[:5000].mean() - 0.9) < 6.2 * (0.09 / 5000) ** 0.5
    assert abs(kept[5000:].mean() - 0.3) < 6.2 * (0.21 / 5000) ** 0.5
    assert oracle(np.full(3, 1e-2), key(0, "rare")).any()


def test_the_classifier_tells_a_known_source_from_text():
    real = load_corpus("bundled", tokenizer="char:30", length=129)
    false = load_corpus("markov:1", tokenizer="char:30", length=129, markov_documents=600)
    judge = Classifier(real.documents[:200], false.documents[:100], 30)
    assert judge.kept(real.documents[200:400], 0.9).mean() > 0.7
    assert judge.kept(false.documents[100:300], 0.9).mean() < 0.3
