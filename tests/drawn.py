"""What a figure says, read back from its drawing."""

from xml.etree import ElementTree


def words_of(svg):
    return " ".join(text.strip() for text in ElementTree.fromstring(svg).itertext() if text.strip())
