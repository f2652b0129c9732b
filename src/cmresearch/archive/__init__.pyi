from .archiving import write_archive as write_archive
from .checking import verify_archive as verify_archive
