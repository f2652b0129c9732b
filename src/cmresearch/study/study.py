"""One study: its settings, its files, and what they give. The only module that joins folder names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cmresearch import __version__
from cmresearch.codebook.book import Codebook, read_codebook
from cmresearch.coding.coding import Coding, read_coding
from cmresearch.coding.sources import Sources, read_sources
from cmresearch.errors import ResponseError, StudyError, raise_all
from cmresearch.files.hashes import sha256_of
from cmresearch.files.unfinished import finish_interrupted
from cmresearch.files.writing import write_text
from cmresearch.intake.complaints import Complaints, read_complaints
from cmresearch.intake.mapped_export import Export, read_export
from cmresearch.language.catalogue import in_language
from cmresearch.language.voice import Voice
from cmresearch.responses.records import ADJUDICATED, read_records
from cmresearch.responses.responses import Responses, read_responses
from cmresearch.sampling.allocation import Allocation, allocate
from cmresearch.sampling.drawing import Sample, draw
from cmresearch.sampling.frame import Frame, read_frame
from cmresearch.sampling.stratum_values import StratumValues, known_values
from cmresearch.study.provenance import DataFile, DataKind, Figures, check_data_files, read_figures
from cmresearch.study.reviews.entries import Review, read_reviews
from cmresearch.study.settings import (
    SETTINGS,
    About,
    DecisionFile,
    QualitativeSettings,
    SampleSettings,
    Settings,
    read_checked,
    read_settings,
)
from cmresearch.triangulation.assessment import Decision
from cmresearch.triangulation.rule import Rule

DATA = "CMRESEARCH_DATA"  # names the full set's file where it is not distributed with the study


@dataclass(frozen=True)
class RegisterExport:
    """One export of a register.

    Attributes:
        name: What the study calls it.
        path: Its file.
        until: The last day that it knows of, as ISO text.
    """

    name: str
    path: Path
    until: str


@dataclass(frozen=True)
class Study:
    """One study: its folder, its settings, and the files they name.

    Attributes:
        folder: The folder of `study.toml`.
        settings: What is in it.
        data: The full set's file, where another one than the settings' was given.
    """

    folder: Path
    settings: Settings
    data: Path | None = None

    @property
    def sample_plan(self) -> SampleSettings:
        """How the sample is drawn.

        Raises:
            StudyError: The study draws none.
        """
        if self.settings.sample is None:
            raise StudyError(f"{self.folder / SETTINGS} has no [sample]: this study draws none")
        return self.settings.sample

    @property
    def seed(self) -> str:
        """The public seed of the draw."""
        return self.sample_plan.seed

    @property
    def seed_source(self) -> str:
        """Where the seed comes from, in the study's first language, as the certificate says it."""
        return in_language(self.sample_plan.seed_source)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the study speaks to its readers, the first one first."""
        return self.settings.languages

    @property
    def rule(self) -> Rule:
        """The decision rule."""
        return Rule(**self.settings.rule)

    @property
    def sha256(self) -> str:
        """The hash of `study.toml`, which is the plan of analysis."""
        return sha256_of(self.folder / SETTINGS)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of data that its full set, its responses and its qualitative data are."""
        parts = (self.settings.full_set, self.settings.responses, self.settings.words)
        return frozenset(part.kind for part in parts if part is not None)

    @property
    def results(self) -> Path:
        """Where the results go unless another folder is named."""
        return self.folder / "results"

    @property
    def plan(self) -> Path:
        """Where the frozen versions of its plan are."""
        return self.folder / "plan"

    @property
    def notebooks(self) -> tuple[Path, ...]:
        """The study's notebooks, in their order; none is no fault."""
        return tuple(sorted((self.folder / "notebooks").glob("[0-9]*.ipynb")))

    def about(self, voice: Voice | None = None) -> About:
        """The study's description in a reader's language; by default in its first. Only the title is in all of them."""
        return self.settings.study.translated(voice)

    def voice(self, language: str | None = None) -> Voice:
        """The voice of a language, by default of the study's first, with the labels and units of this study."""
        return Voice(language or self.languages[0], labels=self.settings.labels, units=self.settings.units)

    @property
    def written_folders(self) -> tuple[Path, ...]:
        """The folders in which the program keeps files of the study; they need not be there."""
        words, responses = self.settings.words, self.settings.responses
        named = [words.coding, words.codebook] if words else []
        named += [responses.folder] if responses else []
        return (self.folder, self.results, self.plan, self.reviews_file.parent, *map(self.path, named))

    def path(self, name: str) -> Path:
        """A file or folder that the settings name."""
        return self.folder / name

    def full_set(self) -> Path:
        """The full set's file; a synthetic one is made if it is not there or was made from something else."""
        settings = self.settings.full_set
        if self.data is not None:
            return self.data
        if settings.file is None:
            raise StudyError(
                f"{self.folder / SETTINGS} names no full set, because it is not distributed with the study; "
                f"give it with --data FILE ({in_language(settings.origin)})"
            )
        if settings.made_from is not None:
            self._make_full_set(self.path(settings.file), settings.made_from, settings.seed or "")
        return self.path(settings.file)

    @property
    def exports(self) -> tuple[RegisterExport, ...]:
        """The exports of the register that the settings name, looked for beside the full set's file.

        Raises:
            StudyError: One of them is not there; with all that are not.
        """
        if self.absent_exports:
            where = self._exports_folder or f"the folder of the full set, which is not known; give it with {DATA}"
            raise StudyError(f"{', '.join(self.absent_exports)}: not in {where}")
        folder = self._exports_folder or self.folder
        return tuple(RegisterExport(each.name, folder / each.file, each.until) for each in self.settings.export)

    @property
    def absent_exports(self) -> tuple[str, ...]:
        """The files of the exports that are not there."""
        names, folder = [each.file for each in self.settings.export], self._exports_folder
        return tuple(name for name in names if folder is None or not (folder / name).is_file())

    @property
    def _exports_folder(self) -> Path | None:
        if self.data is not None:
            return self.data.parent
        return None if self.settings.full_set.file is None else self.path(self.settings.full_set.file).parent

    def read_export(self) -> Export:
        """The full set as the settings' mapping makes it, with a report of everything that was found in it.

        Raises:
            IntakeError: The file cannot be read, the mapping does not fit it, or a fault is to be refused.
        """
        return read_export(self.full_set(), self.settings.intake)

    def read_frame(self, complaints: Complaints | None = None) -> Frame:
        """The frame: the complaints that could be drawn.

        Args:
            complaints: The complaints of the full set, where they are read already.
        """
        if complaints is None:
            # Without a mapping nothing is changed on the way, and the report of faults is not asked for.
            complaints = self.read_export().complaints if self.settings.intake else read_complaints(self.full_set())
        return read_frame(
            complaints,
            id=self.settings.frame.id,
            strata=self.settings.frame.strata,
            where=self.settings.frame.where,
            variables=self.settings.expressions,
        )

    def allocate(self, frame: Frame) -> Allocation:
        """The sample size of each stratum, as the settings plan it."""
        plan, values = self.sample_plan, self.stratum_values(frame)
        return allocate(
            frame,
            plan.size,
            method=plan.method,
            minimum=plan.minimum,
            maximum=plan.maximum,
            take_all=plan.take_all,
            deviations=values.deviations,
            means=values.means,
            costs=values.costs,
            power=plan.power,
        )

    def stratum_values(self, frame: Frame) -> StratumValues:
        """The planning values: a register variable's spread, and those of a file, which take precedence."""
        plan = self.sample_plan
        return known_values(frame, variable=plan.variable, planning=plan.planning and self.path(plan.planning))

    def draw(self, frame: Frame) -> Sample:
        """The sample, as the settings plan it."""
        return draw(frame, self.allocate(frame), seed=self.seed)

    def read_drawn(self, frame: Frame, sample: Sample) -> Responses:
        """Every drawn complaint with its register variables: what is known of it without anybody reading it."""
        rows = sample.rows.join(self._register_values(frame, sample), on=frame.id)
        return Responses(
            table=rows,
            strata=rows["stratum"].to_numpy(dtype=object),
            sizes={label: size for label, size in frame.sizes.items() if size},
            weights=rows["design_weight"].to_numpy(dtype=float),
            data_kind=self.settings.full_set.kind,
            dispositions={"drawn": len(rows)},
        )

    def read_responses(self, frame: Frame, sample: Sample, codebook: Codebook) -> Responses:
        """The drawn complaints with what the coders recorded of them, those that nobody could code weighted for.

        Raises:
            StudyError: The study names no coders' records.
            ResponseError: The records contradict the draw, the codebook or each other.
        """
        settings = self.settings.responses
        if settings is None:
            raise StudyError(f"{self.folder / SETTINGS} has no [responses]: nobody read the sampled complaints")
        return read_responses(
            self.response_files(),
            self.read_drawn(frame, sample).table,
            sizes=frame.sizes,
            variables=self.coded_values(codebook),
            data_kind=settings.kind,
            id_column=frame.id,
        )

    def read_records(self, frame: Frame, codebook: Codebook) -> pd.DataFrame | None:
        """The records of each coder before adjudication, one row for each; None where nobody read the sample."""
        if self.settings.responses is None:
            return None
        variables = self.coded_values(codebook)
        files, faults = read_records(self.response_files(), variables)
        raise_all(ResponseError, faults)
        rows = [
            {"id": record.id, "coder": coder, **dict(zip(variables, record.values, strict=True))}
            for coder, records in files.items()
            if coder != ADJUDICATED
            for record in records.values()
        ]
        table = pd.DataFrame(rows)
        table.attrs["id_column"] = frame.id
        return table

    def response_files(self) -> tuple[Path, ...]:
        """The coders' files of records, in the order of their names."""
        settings = self.settings.responses
        return () if settings is None else tuple(sorted(self.path(settings.folder).glob("*.csv")))

    def is_coded(self, variable: str) -> bool:
        """Whether a variable is one that coders recorded, rather than one of the register."""
        return self.settings.responses is not None and variable in self.settings.responses.variables

    def coded_values(self, codebook: Codebook) -> dict[str, tuple[str, ...]]:
        """The values that each coded variable may have, by the codebook."""
        settings = self.settings.responses
        names = [] if settings is None else settings.variables
        return {name: tuple(value.key for value in codebook.variable(name).values) for name in names}

    def read_codebook(self) -> Codebook:
        """The codebook.

        Raises:
            CodebookError: It has faults.
            StudyError: It lacks a language of the study.
        """
        codebook = read_codebook(self.path(self._qualitative().codebook))
        missing = [language for language in self.languages if language not in codebook.languages]
        if missing:
            raise StudyError(
                f"{self.folder / SETTINGS}: the title is in {', '.join(self.languages)}; the codebook "
                f"{self._qualitative().codebook} has no texts in {', '.join(missing)}"
            )
        return codebook

    def read_sources(self) -> Sources:
        """The interviews and documents."""
        return read_sources([self.path(name) for name in self._qualitative().sources])

    def read_coding(self, codebook: Codebook, sources: Sources) -> Coding:
        """The coding of the sources by every coder, and its adjudication."""
        return read_coding(self.path(self._qualitative().coding), codebook, sources)

    def read_decisions(self) -> Mapping[str, Decision]:
        """The researcher's decision on each dimension, with its memo; none where no file is named."""
        if self.decisions_file is None:
            return {}
        read = read_checked(DecisionFile, self.decisions_file, self.languages)
        return {
            one.dimension: Decision(one.status, one.memo, one.convergence or "", one.on_convergence)
            for one in read.decision
        }

    @property
    def decisions_file(self) -> Path | None:
        """The file of the researcher's decisions, where one is named."""
        name = self._qualitative().decisions
        return None if name is None else self.path(name)

    @property
    def words_kind(self) -> DataKind:
        """The kind of data that the qualitative strand rests on."""
        return self._qualitative().kind

    @property
    def reviews_file(self) -> Path:
        """The file of reviews, which need not be there."""
        return self.path(self.settings.reviews.file)

    def read_reviews(self) -> tuple[Review, ...]:
        """The reviewers' entries, in the order of writing; none where nobody wrote any.

        Raises:
            ReviewError: The file has faults; all of them, with their lines.
        """
        return read_reviews(self.reviews_file)

    def read_figures(self) -> Figures | None:
        """The published figures, where the study has any."""
        settings = self.settings.published
        return None if settings is None else read_figures(self.path(settings.figures), self.languages)

    def check_data_files(self) -> tuple[DataFile, ...]:
        """The declared data files, each checked to be still the file that was declared."""
        settings = self.settings.provenance
        return () if settings is None else check_data_files(self.path(settings.files), self.languages)

    def _qualitative(self) -> QualitativeSettings:
        if self.settings.words is None:
            raise StudyError(f"{self.folder / SETTINGS} has no [words]: this study has no interviews and no codebook")
        return self.settings.words

    def _make_full_set(self, file: Path, made_from: str, seed: str) -> None:
        from cmresearch.study.synthetic import (  # only made studies need it
            make_full_set,
            read_parameters,
            write_full_set,
        )

        parameters = read_parameters(self.path(made_from))
        recipe = f"{__version__}\n{seed}\n{parameters.model_dump_json()}\n"
        stamp = file.with_suffix(".made-from.txt")
        if file.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == recipe:
            return
        write_full_set(make_full_set(parameters, seed=seed), file)
        write_text(stamp, recipe)

    def _register_values(self, frame: Frame, sample: Sample) -> pd.DataFrame:
        names = [name for name in self.settings.variables if name not in sample.rows.columns]
        values = frame.read_values([frame.id], variables=names).set_index(frame.id)
        return values.loc[list(sample.ids)]


def open_study(folder: str | Path | None = None, *, data: str | Path | None = None) -> Study:
    """The study of a folder, or of the nearest folder above the present one that holds a `study.toml`.

    Args:
        folder: The study's folder; by default it is looked for from the present folder upwards.
        data: The full set's file, where it is not the one that the settings name. A study whose settings name none is
            given the file that the environment variable CMRESEARCH_DATA names, which is how notebooks find it.

    Returns:
        The study. Nothing but its settings is read yet.

    Raises:
        StudyError: There is no `study.toml`, or it has faults; all of them, each with its path.
    """
    root = _required(nearest_study()) if folder is None else Path(folder)
    path = root / SETTINGS
    if not path.is_file():
        raise StudyError(f"there is no {SETTINGS} in {root}")
    settings = read_settings(path)
    named = data if data is not None or settings.full_set.file else os.environ.get(DATA) or None
    given = None if named is None else Path(named)
    if given is not None and not given.is_file():
        raise StudyError(f"there is no file {given}")
    study = Study(root, settings, given)
    for written in study.written_folders:
        finish_interrupted(written)
    return study


def nearest_study() -> Path | None:
    """The nearest folder, from the present one upwards, that holds a `study.toml`; None where there is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / SETTINGS).is_file()), None)


def _required(root: Path | None) -> Path:
    if root is None:
        raise StudyError(f"there is no {SETTINGS} in {Path.cwd()} or above it; name the study's folder")
    return root
