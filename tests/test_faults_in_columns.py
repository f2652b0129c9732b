"""What is wrong with the columns of an export: missing words, spellings, cut types, numbers that lost digits."""

from __future__ import annotations

from small_export import found


def test_unnamed_columns_and_a_saved_index(export_report):
    made = export_report(",id,type,\n0,11,a,\n1,12,b,\n2,13,c,x\n")
    assert [fault[0] for fault in found(made, "unnamed_column")] == [("unnamed 1",), ("unnamed 4",)]
    assert [fault[0] for fault in found(made, "index_column")] == [("unnamed 1",)]


def test_every_spelling_of_missing(export_report):
    words = [
        "NULL",
        "NA",
        "N/A",
        "n/a",
        "UNKNOWN",
        "Unspecified",
        "Select One",
        "<name>",
        "{{ name }}",
        "Please choose an issue...",
    ]
    rows = "".join(f"{n},{word}\n" for n, word in enumerate(words)) + "".join(f"{n},Web\n" for n in range(20, 40))
    ((columns, count, _),) = found(export_report(f"id,channel\n{rows}"), "missing_words")
    assert (columns, count) == (("channel",), len(words))
    made = export_report(f"id,channel\n{rows}", missing=words)
    assert found(made, "missing_words") == []


def test_spellings_of_one_category(export_report):
    types = ["Economy-Jobs", "Economy-Jobs", "ECONOMY-JOBS", "Ward 3", "Ward 3", "03", "Ward 4", "Parks"]
    made = export_report("id,type\n" + "".join(f"{n},{each}\n" for n, each in enumerate(types)))
    ((_, count, examples),) = found(made, "spelling_variants")
    assert (count, examples) == (2, ("Economy-Jobs = ECONOMY-JOBS", "Ward 3 = 03"))


def test_types_cut_at_a_width(export_report):
    full = ["MENTAL "
            "HEALTH-DISABILITY-SERVICES", "FIRE AND EMERGENCY "
                                          "MANAGEMENT", "STATE AND FEDERAL CONTRACTS", "Parks", "Noise",
            "Trees", "Water supply", "Street light"]  # fmt: skip
    rows = "".join(f"{n},{full[n % 8][:25]}\n" for n in range(80))
    ((_, count, examples),) = found(export_report(f"id,type\n{rows}"), "cut_categories")
    assert (count, examples[0]) == (30, "FIRE AND EMERGENCY MANAGE")


def test_numbers_that_lost_leading_zeros_or_gained_a_point(export_report):
    rows = "".join(f"{n},{1000 * n % 90000 + 10000},{n % 9}.0\n" for n in range(1, 60))
    made = export_report(f"id,zip,ward\n{rows}98,2134,3.0\n99,501,4.0\n")
    assert found(made, "lost_leading_zeros") == [(("zip",), 2, ("2134", "501"))]
    assert found(made, "trailing_zero") == [(("ward",), 61, ("0.0", "1.0", "2.0"))]
