from .coefficients import Options as Options
from .coefficients import Reliability as Reliability
from .coefficients import conger_kappa as conger_kappa
from .coefficients import fleiss_kappa as fleiss_kappa
from .coefficients import gwet_ac as gwet_ac
from .coefficients import krippendorff_alpha as krippendorff_alpha
from .coefficients import percent_agreement as percent_agreement
from .unitizing import unitizing_alpha as unitizing_alpha
