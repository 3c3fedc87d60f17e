import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm.search import IndexWriter, Position, SearchGroup
from tests.integration.search.conftest import Index

SALES, SERVICE = 1, 2


class TestApply:
    def test_takes_in_changes_and_who_is_new(self, index, person):
        someone, other = person("Ida Ott", city="Köln"), person("Udo Ott")
        index.build(someone)

        index.apply(changed=[dataclasses.replace(someone, last_name="Zander", city="Bonn"), other], position=Position(0, 3))

        assert index.ids("ida ott") == []
        assert index.ids("köln") == []
        assert index.ids("ida zander bonn") == [someone.subject_id]
        assert index.ids("udo ott") == [other.subject_id]
        assert index.find().count == 2
        assert index.reader.position() == Position(0, 3)

    def test_forgets_who_is_gone(self, index, person):
        someone, other = person("Ida Ott", company_id="c", postal_code="50667"), person("Udo Ott")
        index.build(someone, other)

        index.apply(gone=[someone.subject_id])

        assert index.ids() == [other.subject_id]
        assert index.ids("ott") == [other.subject_id]
        assert index.ids("ida") == []
        assert index.ids(company_id="c") == []
        assert index.reader.find_similar("Ida", "Ott", "50667", purpose=SALES, groups=set(SearchGroup)) == ()

    def test_moves_people_between_purposes(self, index, person):
        someone = person("Ida Ott")
        index.build(someone)

        index.apply(changed=[dataclasses.replace(someone, purposes=SERVICE)])

        assert (index.ids(), index.find().count) == ([], 0)
        assert (index.ids(purpose=SERVICE), index.find(purpose=SERVICE).count) == ([someone.subject_id], 1)

    def test_twice_has_the_effect_of_once(self, index, person):
        someone, other = person("Ida Ott"), person("Udo Ott")
        index.build(other)

        for _ in range(2):
            index.apply(changed=[someone, someone], gone=[other.subject_id], position=Position(0, 3))

        assert index.ids("ott") == [someone.subject_id]
        assert index.find().count == 1

    def test_lets_gone_win(self, index, person):
        someone = person("Ida Ott")
        index.build()

        index.apply(changed=[someone], gone=[someone.subject_id])

        assert index.ids() == []

    def test_is_all_or_nothing(self, index, person):
        someone = person("Ida Ott")
        index.build(someone)

        with pytest.raises(OverflowError), IndexWriter(index.place) as writer:
            writer.apply(gone=[someone.subject_id], changed=[person("Udo Ott", purposes=1 << 70)], position=Position(0, 3))

        assert index.ids("ott") == [someone.subject_id]
        assert index.reader.position() == Position()

    def test_gives_the_same_answers_as_a_build(self, index, person):
        people = [
            person(f"{first} {last}", city=city) for first in ("Ida", "Jörg") for last in ("Ott", "Müller") for city in ("Köln", "Bonn")
        ]
        index.build()

        index.apply(changed=people)
        index.apply(gone=[people[0].subject_id])
        index.apply(changed=[people[0]])

        questions = ["", "ott", "muller", "o", "jö", "ida köln", "kölnn", "jorg bonn"]
        applied = [(set(index.ids(text)), index.find(text).count, index.find(text).corrected) for text in questions]
        index.build(*people)
        built = [(set(index.ids(text)), index.find(text).count, index.find(text).corrected) for text in questions]
        assert applied == built

    @pytest.mark.parametrize("subject_id", ["", "xy", "ab", "a" * 64])
    def test_refuses_what_is_no_pseudonym(self, index, person, subject_id):
        index.build()

        with pytest.raises(ValueError, match=r"hex"):
            index.apply(changed=[person("Ida Ott", subject_id=subject_id)])


class TestForgetting:
    """Art. 17 DSGVO: in RAM, too, nothing stays longer than needed."""

    def test_leaves_no_letter_in_the_files_after_a_sweep(self, folder, person):
        index = Index(folder)
        someone = person("Xaver Quastenflosser", emails=("q@quastenflosser.example",), company_name="Quastenflosser GmbH")
        index.build(someone, *(person("Ida Ott") for _ in range(500)))
        assert _contents(folder).count(b"quastenflosser") > 3

        with IndexWriter(folder) as writer:
            writer.apply(gone=[someone.subject_id])
            assert b"quastenflosser" not in _contents(folder)
            assert writer.sweep()

        connection = folder.connect(folder.current())
        for group in SearchGroup:
            connection.execute(f"CREATE VIRTUAL TABLE temp.left_{group} USING fts5vocab(main, gram_{group}, row)")
            assert connection.execute(f"SELECT count(*) FROM temp.left_{group} WHERE term LIKE '%qua%'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM word WHERE word LIKE 'quast%'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM gram WHERE gram = 'qua'").fetchone() == (0,)
        connection.close()
        assert b"qua" not in _contents(folder)

    def test_sweeps_only_when_something_was_removed(self, index, person):
        someone = person("Ida Ott")
        index.build(someone)

        with IndexWriter(index.place) as writer:
            writer.sweep()  # what an earlier worker left
            assert not writer.sweep()
            writer.apply(changed=[person("Udo Ott")])
            assert not writer.sweep()
            writer.apply(changed=[dataclasses.replace(someone, last_name="Zander")])
            assert writer.sweep()

        assert index.ids("zander") == [someone.subject_id]


def _contents(folder):
    return b"".join(file.read_bytes() for file in folder.folder.iterdir() if file.is_file() and not file.is_symlink())


def test_threads_read_while_one_writes(index, person):
    people = [person("Ida Ott") for _ in range(50)]
    index.build(*people)
    is_over = threading.Event()

    def read():
        seen = set()
        while not is_over.is_set():
            seen |= {index.find(text).count for text in ("", "ott", "zander", "otx")}
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            with IndexWriter(index.place) as writer:
                for number in range(40):
                    writer.apply(changed=[dataclasses.replace(each, last_name=("Zander", "Ott")[number % 2]) for each in people])
            index.build(*people)
        finally:
            is_over.set()
        counted = set().union(*(each.result(timeout=30) for each in readers))

    assert counted <= {0, 50}
