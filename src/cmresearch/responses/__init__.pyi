from .record_agreement import measure_file as measure_file
from .record_agreement import record_agreement as record_agreement
from .responses import Responses as Responses
from .responses import declare_sample as declare_sample
from .responses import double_coded_ratings as double_coded_ratings
from .responses import read_responses as read_responses
from .responses import read_sample as read_sample
