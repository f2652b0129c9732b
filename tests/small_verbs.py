"""Verbs of the command line, called with their words."""

import argparse
import json
from importlib import import_module
from pathlib import Path

from small_draw import SEED

from cmresearch.cli import coding as coding_verb
from cmresearch.cli import main

STUDY = str(Path(__file__).parents[1])
DAY = "CAST(substr(received, 9) AS INTEGER)"


def draw(file, out, *more, size=8, seed=SEED):
    words = ["draw", file, "--id", "id", "--strata", "channel", "--size", size, "--seed", seed, "--out", out, *more]
    return main(list(map(str, words)))


def answer(*words):
    return main(list(map(str, words)))


def certificate_in(folder):
    return json.loads((folder / "certificate.json").read_text("utf-8"))


def sizes_in(folder):
    return {part["stratum"]: part["sample_size"] for part in certificate_in(folder)["strata"]}


def code(*words):
    """Run the verb `coding` with these words, and give its exit status."""
    parser = argparse.ArgumentParser()
    coding_verb.add_arguments(parser)
    return coding_verb.run(parser.parse_args([*words]))


def signed(*words):
    return [*words, "--who", "Ani", "--why", "they could not be told apart", "--date", "2021-10-01"]


def call(verb, *words):
    """Run a verb with these words, and give its exit status."""
    module = import_module(f"cmresearch.cli.{verb}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return module.run(parser.parse_args([str(word) for word in words]))
