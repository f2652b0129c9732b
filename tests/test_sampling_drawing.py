"""Drawing: the rule by hand, and everything that must not change what is drawn."""

import gzip
import hashlib
import re
import subprocess
from collections import Counter
from itertools import combinations
from math import sqrt

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmresearch.errors import SampleError
from cmresearch.sampling.allocation import Allocation, allocate
from cmresearch.sampling.drawing import check_seed, draw, first_by_ticket, shell_command, ticket
from cmresearch.sampling.frame import read_frame

ROWS = [(f"JK{number:03d}", ("JAKI", "Qlue", "SMS")[number % 7 % 3], f"words, {number}") for number in range(40)]
SEED = "lottery of 1 May: 4 8 15"


def saying(text):
    return f"^{re.escape(text)}$"


def as_csv(rows=ROWS, header="id,channel,words"):
    return header + "\n" + "".join(f'{id},"{channel}","{words}"\n' for id, channel, words in rows)


@pytest.fixture
def frame(tmp_path):
    def read(text=None, name="export.csv", **options):
        path = tmp_path / name
        content = as_csv() if text is None else text
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_frame(path, **{"id": "id", "strata": "channel", **options})

    return read


def by_hand(rows, sizes, seed=SEED):
    """Ten lines of plain Python that do the same."""
    drawn = []
    for label in sorted(sizes):
        tickets = sorted(
            (hashlib.sha256(f"{seed}|{row[0]}".encode()).hexdigest(), row[0]) for row in rows if row[1] == label
        )
        drawn += [id for _, id in tickets[: sizes[label]]]
    return tuple(drawn)


def test_in_each_stratum_the_smallest_tickets_are_drawn(frame):
    allocation = allocate(frame(), 12)
    sample = draw(frame(), allocation, seed=SEED)
    assert sample.ids == by_hand(ROWS, allocation.sample_sizes)


@pytest.mark.parametrize("small", [0, 3, 50])
def test_of_large_strata_the_smallest_tickets_are_drawn_whatever_the_others_are(frame, small):
    # Large strata are searched below a bound only; a stratum of three is not, and one of fifty has a high bound.
    channels = ["JAKI"] * 3000 + ["Qlue"] * 2000 + ["SMS"] * small
    rows = [(f"JK{number:05d}", channel, "") for number, channel in enumerate(channels)]
    read = frame(as_csv(rows))
    allocation = allocate(read, 40)
    assert draw(read, allocation, seed=SEED).ids == by_hand(rows, allocation.sample_sizes)


def test_strata_of_two_columns_are_told_apart_by_both(frame):
    rows = [(f"JK{number:05d}", "AB"[number % 2], "xy"[number % 3 % 2]) for number in range(3000)]
    read = frame(as_csv(rows), strata=["channel", "words"])
    allocation = allocate(read, 30)
    joined = [(id, f"{channel} / {words}", "") for id, channel, words in rows]
    assert draw(read, allocation, seed=SEED).ids == by_hand(joined, allocation.sample_sizes)


def test_a_ticket_is_what_the_shell_computes():
    for id in ("JK2003020001", 'it\'s; rm -rf $(pwd) `ls` \\ "x"', "pengaduan-é", "-n", "%s"):
        out = subprocess.run(["sh", "-c", shell_command(SEED, id)], capture_output=True, text=True, check=True).stdout
        assert out.split()[0] == ticket(SEED, id)


def test_the_sample_is_every_complaint_whose_ticket_is_not_above_its_cut_off(frame):
    sample = draw(frame(), allocate(frame(), 12), seed=SEED)
    expected = {id for id, channel, _ in ROWS if ticket(SEED, id) <= sample.cut_offs[channel]}
    assert set(sample.ids) == expected


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_frame_plays_no_part(shared_folder, randoms):
    rows = list(ROWS)
    randoms.shuffle(rows)
    path = shared_folder / "shuffled.csv"
    path.write_text(as_csv(rows), encoding="utf-8")
    frame = read_frame(path, id="id", strata="channel")
    sample = draw(frame, allocate(frame, 12), seed=SEED)
    assert sample.ids == by_hand(ROWS, allocate(frame, 12).sample_sizes)


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("frames")


def test_csv_gzip_crlf_and_parquet_give_the_same_sample(frame, tmp_path):
    texts = [as_csv(), "\ufeff" + as_csv(), as_csv().replace("\n", "\r\n")]
    parquet = tmp_path / "export.parquet"
    with duckdb.connect() as connection:
        rows = ", ".join(f"('{id}', '{channel}', '{words}')" for id, channel, words in ROWS)
        connection.execute(
            f"COPY (SELECT * FROM (VALUES {rows}) AS t(id, channel, words)) TO '{parquet}' (FORMAT parquet)"
        )
    frames = [frame(text, name=f"{number}.csv") for number, text in enumerate(texts)]
    frames.append(frame(gzip.compress(as_csv().encode()), name="export.csv.gz"))
    frames.append(read_frame(parquet, id="id", strata="channel"))
    samples = {draw(each, allocate(each, 12), seed=SEED).to_csv() for each in frames}
    assert len(samples) == 1


def test_leading_zeros_stay_and_ids_that_begin_alike_are_not_confused(frame):
    read = frame("id,channel\n007,A\n07,A\n7,A\n70,A\n")
    sample = draw(read, allocate(read, 4), seed="s")
    assert set(sample.ids) == {"007", "07", "7", "70"}
    assert sample.ids == by_hand([(id, "A") for id in sample.ids], {"A": 4}, seed="s")


def test_text_goes_into_the_sample_to_the_letter(frame):
    words = '"=1+1, ""quoted""\r\nand a second line\ttab é 😷 "'
    read = frame(f"id,channel,words\n1,A,{words}\n")
    sample = draw(read, allocate(read, 1), seed="s")
    assert sample.rows["words"].tolist() == ['=1+1, "quoted"\r\nand a second line\ttab é 😷 ']


def test_a_larger_sample_keeps_every_complaint_already_drawn(frame):
    small = draw(frame(), allocate(frame(), 9), seed=SEED)
    sizes = allocate(frame(), 20, at_least=small.allocation.sample_sizes)
    assert set(small.ids) < set(draw(frame(), sizes, seed=SEED).ids)


def test_a_sample_that_avoids_another_is_drawn_among_the_others(frame):
    first = draw(frame(), allocate(frame(), 9), seed=SEED)
    second = draw(frame(), allocate(frame(), 9), seed="another seed", avoiding=first.ids)
    others = [row for row in ROWS if row[0] not in first.ids]
    assert second.ids == by_hand(others, second.allocation.sample_sizes, seed="another seed")
    assert second.avoided == tuple(sorted(first.ids))


def test_too_few_complaints_left_is_an_error(frame):
    first = draw(frame(), allocate(frame(), 39), seed=SEED)
    with pytest.raises(SampleError, match=r"are left of .* when the earlier sample's are avoided"):
        draw(frame(), allocate(frame(), 12), seed="another seed", avoiding=first.ids)


def test_probabilities_and_weights_are_those_of_the_stratum_and_weights_sum_to_the_frame_size(frame):
    allocation = allocate(frame(), 12)
    rows = draw(frame(), allocation, seed=SEED).rows
    for label, n in allocation.sample_sizes.items():
        of_stratum = rows[rows["stratum"] == label]
        assert set(of_stratum["inclusion_probability"]) == {n / allocation.frame_sizes[label]}
    assert rows["design_weight"].sum() == pytest.approx(40)


def test_the_columns_are_all_of_the_export_and_four_more_in_ticket_order_within_strata(frame):
    rows = draw(frame(), allocate(frame(), 12), seed=SEED).rows
    added = ["stratum", "ticket", "inclusion_probability", "design_weight"]
    assert list(rows.columns) == ["id", "channel", "words", *added]
    pairs = list(zip(rows["stratum"], rows["ticket"], strict=True))
    assert pairs == sorted(pairs)


def test_strata_taken_whole_and_strata_of_nothing(frame):
    read = frame(where="channel <> 'SMS'")
    sizes = {"JAKI": read.sizes["JAKI"], "Qlue": 1, "SMS": 0}
    sample = draw(read, Allocation(read.sizes, sizes, "by hand", 0), seed=SEED)
    assert Counter(sample.rows["stratum"]) == {"JAKI": sizes["JAKI"], "Qlue": 1}
    assert set(sample.cut_offs) == {"JAKI", "Qlue"}


def test_labels_with_quotes_slashes_and_case_are_kept_apart(frame):
    text = "id,channel,k\n" + "".join(
        f"{number},{('it' + chr(39) + 's', 'web', 'Web', 'a / b')[number % 4]},{number % 2}\n" for number in range(80)
    )
    read = frame(text, strata=["channel", "k"])
    sample = draw(read, allocate(read, 20), seed="it's é")
    assert len(sample.ids) == 20
    assert set(sample.rows["stratum"]) == {"it's / 0", "web / 1", "Web / 0", "a / b / 1"}


def test_seeds_with_quotes_and_other_letters_draw_by_the_same_rule(frame):
    for seed in ("it's", 'say "x"', "undian 1 Mei – 抽選", "%s; --", "\\x"):
        allocation = allocate(frame(), 6)
        assert draw(frame(), allocation, seed=seed).ids == by_hand(ROWS, allocation.sample_sizes, seed)


@pytest.mark.parametrize("seed", [2026, 2026.0, None, b"x"])
def test_a_seed_that_is_no_text_is_refused(seed):
    message = f'the seed is the number {seed}; write it as text ("{seed}"), so that it stays the same'
    with pytest.raises(SampleError, match=saying(message)):
        check_seed(seed)


@pytest.mark.parametrize("seed", ["", "a|b", "a\nb", "\ud800"])
def test_a_seed_with_a_bar_or_a_control_character_is_refused(seed):
    message = f"the seed {seed!r} must be text without a vertical bar or control characters, and not empty"
    with pytest.raises(SampleError, match=saying(message)):
        check_seed(seed)


def test_an_allocation_of_another_frame_is_refused(frame):
    message = "the allocation was made for another frame: its strata or their sizes differ"
    with pytest.raises(SampleError, match=saying(message)):
        draw(frame(), allocate({"JAKI": 3, "Qlue": 37}, 4), seed=SEED)


def test_a_column_that_the_sample_would_add_is_refused(frame):
    read = frame("id,channel,Ticket\n1,A,x\n2,A,y\n")
    message = "export.csv already has a column 'Ticket', which the sample adds; rename it first"
    with pytest.raises(SampleError, match=saying(message)):
        draw(read, allocate(read, 2), seed=SEED)


@pytest.mark.parametrize("name", ["label", "bound", "l", "i", "t", "b", "d", "ids", "v0", "drawing_label", 'a"b'])
def test_no_column_name_gets_in_the_way_of_drawing(frame, name):
    quoted = '"' + name.replace('"', '""') + '"'
    read = frame(f"{quoted},channel\n1,A\n2,A\n3,B\n4,B\n", id=name)
    assert len(draw(read, allocate(read, 4), seed=SEED).ids) == 4


def test_all_subsets_of_a_tiny_frame_are_equally_likely():
    # 2 of 5: ten subsets; over 2,000 seeds each comes about 200 times (standard deviation 13.4).
    ids = [row[0] for row in ROWS[:5]]
    times = Counter(tuple(sorted(first_by_ticket(ids, 2, seed=f"seed {number}"))) for number in range(2000))
    assert set(times) == set(combinations(ids, 2))
    assert all(abs(count - 200) < 5 * 13.4 for count in times.values())


@pytest.mark.slow
def test_every_complaint_is_drawn_as_often_as_its_inclusion_probability_says(frame):
    # 2,000 seeds; a share of p has the standard deviation sqrt(p (1 - p) / 2000).
    read = frame()
    allocation = allocate(read, 12)
    times = Counter(id for number in range(2000) for id in draw(read, allocation, seed=f"seed {number}").ids)
    for id, channel, _ in ROWS:
        probability = allocation.sample_sizes[channel] / read.sizes[channel]
        assert abs(times[id] / 2000 - probability) < 5 * sqrt(probability * (1 - probability) / 2000)


def test_more_than_there_are_cannot_be_chosen():
    with pytest.raises(SampleError, match=saying("cannot choose 3 of 2 complaints")):
        first_by_ticket(["a", "b"], 3, seed="s")


def test_a_stratum_with_unusually_few_small_tickets_is_read_again_without_a_bound(frame):
    # Ids are picked so that no ticket of theirs is under the bound that suits ids picked by nobody.
    ids = [f"x{number}" for number in range(20000) if ticket("s", f"x{number}") > "8"][:400]
    read = frame("id,channel\n" + "".join(f"{id},A\n" for id in ids))
    sample = draw(read, allocate(read, 3), seed="s")
    assert sample.ids == by_hand([(id, "A") for id in ids], {"A": 3}, seed="s")


def test_the_989_of_the_jakarta_study_are_these(project):
    from cmresearch.study.study import open_study

    study = open_study(project)
    sample = study.draw(study.read_frame())
    digest = hashlib.sha256("\n".join(sample.ids).encode()).hexdigest()
    assert (len(sample.ids), sample.ids[0], digest) == (
        989,
        "JK2009020278",
        "52936cb397a46ea3b26c68a7ab26a119ba1a191a3d6a9a6c969275b0749837d8",
    )
