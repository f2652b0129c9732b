"""Two estimates, one of which stands beside the truth."""

import numpy as np
import pandas as pd

ROWS = pd.DataFrame(
    {
        "domain": ["web", "phone"],
        "category": ["true", "true"],
        "estimate": [0.5, 0.75],
        "lower": [0.4, 0.6],
        "upper": [0.6, 0.9],
        "level": [0.95, 0.95],
        "n": [10, 8],
        "truth": [0.55, np.nan],
    }
)
