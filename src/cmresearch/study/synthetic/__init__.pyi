from .coders import compose_records as compose_records
from .coders import read_coders as read_coders
from .coders import write_records as write_records
from .full_set import content_fingerprint as content_fingerprint
from .full_set import make_flawless_records as make_flawless_records
from .full_set import make_full_set as make_full_set
from .full_set import write_full_set as write_full_set
from .reading import read_parameters as read_parameters
