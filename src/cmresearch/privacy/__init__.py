"""Personal data in complaint text: finding it and masking it.

`find_personal_data` says what is there, `mask` and `mask_all` put stable placeholders in its place, and the
private `MaskTable` remembers which placeholder stands for what. What is about to be shared is scanned by
`cmresearch.privacy.sharing`.
"""

from cmresearch.privacy.finding import KINDS, Finding, find_personal_data
from cmresearch.privacy.masking import (
    Masked,
    MaskedSpan,
    MaskTable,
    mask,
    mask_all,
    normal_form,
    read_mask_table,
    write_mask_table,
)

__all__ = [
    "KINDS",
    "Finding",
    "MaskTable",
    "Masked",
    "MaskedSpan",
    "find_personal_data",
    "mask",
    "mask_all",
    "normal_form",
    "read_mask_table",
    "write_mask_table",
]
