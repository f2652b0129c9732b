"""The small study as people write it who have one language only."""

import re
from pathlib import Path

from small_study import write_study_with_words

PAIR = re.compile(r'\{ en = ("[^"]*"), id = ("[^"]*") \}')
ALONE = re.compile(r'\{ en = ("[^"]*") \}')


def write_study_in(folder: Path, language: str) -> Path:
    """The small study with interviews, coding and records, whose every text is in one language alone."""
    write_study_with_words(folder)
    for path in (folder / "study.toml", *(folder / "codebook").glob("*.toml")):
        text = path.read_text(encoding="utf-8").replace('languages = ["en", "id"]', f'languages = ["{language}"]')
        text = PAIR.sub(rf"{{ {language} = \2 }}", text)
        path.write_text(ALONE.sub(rf"{{ {language} = \1 }}", text), encoding="utf-8")
    for rendering in (folder / "interviews").glob("*.en.md"):
        rendering.unlink()
    return folder


def with_documents(folder: Path, *keys: str) -> Path:
    """The study with documents under these keys, each coded once as support and settled so."""
    words = "Setiap laporan mendapat jawaban akhir."
    label = "> Ilustrasi: disusun untuk uji ini."
    (folder / "documents").mkdir()
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('["interviews"]', '["interviews", "documents"]'), encoding="utf-8")
    for key in keys:
        header = (
            f'+++\nkey = "{key}"\nkind = "document"\ndata_kind = "illustrative"\ntitle = "D"\ndate = "2024-01-01"\n'
            'language = "id"\n+++\n'
        )
        (folder / "documents" / f"{key}.md").write_text(f"{header}{label}\n\n{words}\n", encoding="utf-8")
        start = len(f"{label}\n\n")
        place = f"{key},{start},{start + len(words)},final_answer_given"
        for file, coder in (("coder-a", "coder-a"), ("adjudicated", "adjudicator")):
            with (folder / "coding" / f"{file}.csv").open("a", encoding="utf-8") as coding:
                coding.write(f"{place},{coder},supports,2024-02-01T10:00:00+07:00,,{words},1.0.0\n")
    return folder
