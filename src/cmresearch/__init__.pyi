from .codebook import read_codebook as read_codebook
from .coding import measure_reliability as measure_reliability
from .coding import read_coding as read_coding
from .coding import read_sources as read_sources
from .estimation import estimate_mean as estimate_mean
from .estimation import estimate_proportion as estimate_proportion
from .estimation import estimate_total as estimate_total
from .reliability import krippendorff_alpha as krippendorff_alpha
from .reliability import percent_agreement as percent_agreement
from .responses import read_sample as read_sample
from .sampling import allocate as allocate
from .sampling import certify as certify
from .sampling import draw as draw
from .sampling import read_frame as read_frame
from .sampling import ticket as ticket
from .sampling import verify as verify
from .study import open_study as open_study
from .study import run_study as run_study
from .triangulation import assess as assess
from .triangulation import measure_indicators as measure_indicators

__version__: str
