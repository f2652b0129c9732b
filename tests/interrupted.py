"""A process that runs verbs in children and kills them, fills their disk, or runs two at once; answers in JSON.

A process of its own, for a child is forked for each moment: that is fast, and only safe where no thread runs yet.
"""

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from small_study import write_study_with_words

from cmresearch import cli
from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.templates import write_template
from cmresearch.errors import CmResearchError
from cmresearch.files.unfinished import UNFINISHED, finish_interrupted
from cmresearch.files.writing import write_files
from cmresearch.sampling.certificate import read_certificate
from cmresearch.study.study import open_study

SOURCE, CODE = "interview-3-words", "final_answer_given"
KINDS_OF_TEXT = 'key = "{key}"\nkind = "interview"\ndata_kind = "real"\ntitle = "W"\ninformant = "Informan 3"\n'
WORDS = " ".join(f"<{number}>" for number in range(1000))
REVIEWED = f"interview-1-kelurahan:{{}}:{CODE}"
LATE = "run.json"  # says when: differs from run to run


def verb(*words):
    """The exit status of a verb."""
    return cli.main([str(word) for word in words])


def _study(folder):
    write_study_with_words(folder)
    header = KINDS_OF_TEXT.format(key=SOURCE) + 'role = "kelurahan"\nlanguage = "id"\ninterviewer = "R"\n'
    text = f"+++\n{header}+++\nPewawancara: Ya?\n\nInforman: {WORDS}\n"
    (folder / "interviews" / f"{SOURCE}.md").write_text(text, encoding="utf-8")


def _add(folder, *, word=1, coder="coder-c"):
    said = ["--code", CODE, "--direction", "supports", "--at", "2026-05-01T10:00:00+07:00", "--study", folder]
    return verb("coding", "add", coder, SOURCE, "--quote", f"<{word}>", *said)


def _review(folder, *, reviewer="R"):
    coded = open_study(folder)
    segment = coded.read_coding(coded.read_codebook(), coded.read_sources()).segments[0]
    key = f"{segment.source}:{segment.start}-{segment.end}:{segment.code}"
    said = ["--verdict", "query", "--reviewer", reviewer, "--reason", "why", "--date", "2026-05-01"]
    return verb("review", "add", "segment", key, *said, "--study", folder)


def _edit(folder, action, *words):
    return verb(
        "codebook", action, *words, "--folder", folder, "--who", "A", "--why", "W", "--date", "2026-05-01", "--yes"
    )


def _export(folder):
    folder.mkdir()
    rows = "".join(f'{number},{"ab"[number % 2]},"a\rb"\n' for number in range(30))
    (folder / "export.csv").write_text(f"id,channel,text\n{rows}", encoding="utf-8", newline="")


def _draw(folder):
    words = ["--id", "id", "--strata", "channel", "--size", "6", "--seed", "s", "--out", folder / "d"]
    return verb("draw", folder / "export.csv", *words)


def _files(folder):
    folder.mkdir()
    write_files(folder, {name: f"old {name}\n" * 9 for name in ("a.txt", "deep/b.txt", "c.txt")})


def _write(folder):
    write_files(folder, {name: f"new {name}\n" * 900 for name in ("a.txt", "deep/b.txt", "c.txt", "new.txt")})
    return 0


def _book(folder):
    write_template(folder, "iso-10002")


# What is there before, what is done to it, and how the next start reads it.
SCENES = {
    "files": (_files, _write, finish_interrupted),
    "coding": (_study, _add, open_study),
    "review": (_study, _review, open_study),
    "freeze": (_study, lambda folder: verb("plan", "freeze", "--study", folder), open_study),
    "merge": (_book, lambda folder: _edit(folder, "merge", "even_handed", "open_to_feedback"), read_codebook),
    "reword": (_book, lambda folder: _edit(folder, "reword", "even_handed", "--definition", "Other."), read_codebook),
    "draw": (_export, _draw, lambda folder: read_certificate(folder / "d" / "certificate.json")),
}


def in_child(action, *, before=lambda: None):
    """How a child process ended that does this, and what it said on the error stream."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        status = 99
        try:
            os.close(told)
            os.dup2(tell, 2)
            before()
            with redirect_stdout(StringIO()):
                status = action() or 0
        except CmResearchError as error:
            os.write(2, str(error).encode())
            status = 2
        except BaseException as error:  # noqa: BLE001 - a child tells everything
            os.write(2, repr(error).encode())
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(tell)
    with os.fdopen(told) as stream:
        said = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def quietly(action, folder):
    """An action as a child does it that only has to succeed or to find that there is nothing to read."""
    return in_child(lambda: action(folder) and 0)


def state(folder):
    """The files of a folder, by their content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = b"" if path.name == LATE else path.read_bytes()
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def kill_at(moment):
    """Kill this process at its n-th step of writing: half through a file, before or behind a call of the system."""
    steps = iter(range(1, 10_000))

    def here():
        if next(steps) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(call):
        def wrapped(*given, **named):
            here()
            result = call(*given, **named)
            here()
            return result

        return wrapped

    whole = Path.write_bytes

    def half(path, content):
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        here()
        return whole(path, content)

    for name in ("fsync", "replace", "link"):
        setattr(os, name, around(getattr(os, name)))
    Path.write_bytes = half


def full_at(size):
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Scene:
    """One verb, tried again and again on copies of the same files."""

    def __init__(self, name, place):
        self.place, (prepare, self.act, self.read) = place, SCENES[name]
        self.original, self.count = place / "original", 0
        quietly(prepare, self.original)
        self.before = state(self.original)
        done = self.copy()
        began = time.monotonic()
        assert in_child(lambda: self.act(done))[0] == 0
        self.lasts = time.monotonic() - began
        self.after = state(done)
        assert self.before != self.after

    def copy(self):
        self.count += 1
        return Path(shutil.copytree(self.original, self.place / str(self.count)))

    def faults(self, folder, *, must=None):
        """What does not hold after an interruption, once the next start has read the files."""
        read, said = quietly(self.read, folder)
        found = state(folder)
        if any(part.startswith(UNFINISHED) for name in found for part in Path(name).parts):
            yield f"not swept: {sorted(found)} {read} {said}"
        elif found not in (self.before, self.after):
            yield f"neither as before nor as after: {said}"
        elif must is not None and found != must:
            yield "not what was said"
        elif found == self.before:
            status, said = in_child(lambda: self.act(folder))
            if status or state(folder) != self.after:
                yield f"the next run: {status} {said}"
        shutil.rmtree(folder)

    def kills(self, moments):
        killed, faults = 0, []
        for moment in moments:
            folder = self.copy()
            status, _ = in_child(lambda at=folder: self.act(at), before=lambda at=moment: kill_at(at))
            if status != -signal.SIGKILL:
                break
            killed += 1
            faults += [f"moment {moment}: {each}" for each in self.faults(folder)]
        return {"kills": killed, "faults": faults}

    def random_kills(self, number, *, seed):
        dice, killed, faults = random.Random(seed), 0, []
        for _ in range(number):
            folder, after = self.copy(), dice.uniform(0.2, 1.0) * self.lasts
            # The alarm's own habit is to end the process there and then.
            alarm = lambda at=after: signal.setitimer(signal.ITIMER_REAL, at)  # noqa: E731
            status, _ = in_child(lambda at=folder: self.act(at), before=alarm)
            killed += status == -signal.SIGALRM
            faults += [f"after {after:.3f} s: {each}" for each in self.faults(folder)]
        return {"kills": killed, "faults": faults}

    def full_disks(self, sizes):
        faults, refused = [], 0
        for size in sizes:
            folder = self.copy()
            status, said = in_child(lambda at=folder: self.act(at), before=lambda at=size: full_at(at))
            if status not in (0, 2):
                faults.append(f"{size} bytes: {status} {said}")
            if status == 2:
                refused += 1
                if "nothing has changed" not in said:
                    faults.append(f"{size} bytes: {said}")
            must = self.after if status == 0 else self.before
            faults += [f"{size} bytes: {each}" for each in self.faults(folder, must=must)]
        return {"full": refused, "faults": faults}


def pairs(number, place):
    """Two at once, again and again: codings of one coder, codings of two, reviews."""
    folder, faults = place / "study", []
    quietly(_study, folder)
    for turn in range(number):
        doing = [
            lambda word: _add(folder, word=word),
            lambda word: _add(folder, word=word, coder=f"coder-{'de'[word % 2]}"),
            lambda word: _review(folder, reviewer=f"R{word}"),
        ][turn % 3]
        children = [os.fork() or _race(doing, 2 * turn + one) for one in range(2)]
        ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        faults += [f"turn {turn}: {ended}"] if any(ended) else []
    written = "".join(path.read_text("utf-8") for path in sorted((folder / "coding").glob("coder-[cde].csv")))
    reviews = (folder / "reviews.toml").read_text("utf-8")
    for turn in range(number):
        for word in (2 * turn, 2 * turn + 1):
            if not (f'"R{word}"' in reviews if turn % 3 == 2 else f",<{word}>," in written):
                faults.append(f"lost: {word}")
    return {"pairs": number, "faults": faults}


def _race(action, word):
    try:
        with redirect_stdout(StringIO()):
            os._exit(action(word))
    except BaseException as error:  # noqa: BLE001
        os.write(2, repr(error).encode())
    os._exit(99)


def main(place, what, *words):
    """Do what the words say in an empty folder."""
    os.environ["XDG_CACHE_HOME"] = str(place / "cache")
    if what == "pairs":
        return pairs(int(words[0]), place)
    scene, numbers = Scene(words[0], place / "scene"), [int(word) for word in words[1:]]
    if what == "kills":
        return scene.kills(range(*numbers) if numbers else range(1, 1000))
    if what == "random":
        return scene.random_kills(numbers[0], seed=numbers[1])
    return scene.full_disks(numbers)


if __name__ == "__main__":
    (Path(sys.argv[1]) / "scene").mkdir()
    print(json.dumps(main(Path(sys.argv[1]), *sys.argv[2:])))
