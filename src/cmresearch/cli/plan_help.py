"""What each question of `cmresearch plan` asks, with an example or two, as its help shows it."""

EXPLAINED = {
    "share": """How many complaints to draw so that a share is known to a margin, or the margin that a size reaches.

A share of one half needs the most, so it is taken where nothing is known. Say how many can be coded (--response) and
by how much the design makes variances larger than a simple random sample's (--design-effect).

  cmresearch plan share --margin 0.03 --population 14581
  cmresearch plan share --relative-margin 0.2 --share 0.05 --response 0.95 --method wilson
  cmresearch plan share --size 989 --population 14581
""",
    "mean": """How many complaints to draw so that a mean is known to a margin, or the margin that a size reaches.

The standard deviation is in the unit of what is measured, such as days: take that of a pilot study or of the register.

  cmresearch plan mean --deviation 40 --margin 3 --population 14581
  cmresearch plan mean --deviation 40 --size 989 --population 14581
""",
    "difference": """How many complaints to draw in each of two groups so that their shares are likely to be told apart.

  cmresearch plan difference --share 0.6 --other 0.5 --power 0.9
""",
    "handbook": """The sizes by Krejcie and Morgan, Slovin and Cochran, and what each of them takes for granted.

  cmresearch plan handbook --population 14581 --margin 0.03
""",
    "allocation": """The methods of allocation side by side, with the standard error to expect overall and by domain.

"ratio" compares the standard error with proportional allocation's; "gain" is what the exact integer optimum saves of it
against rounding; "lonely strata" would have one drawn complaint of several and no variance of their own. Without
--variable or --planning all strata are taken to differ alike, as for a share of one half.

  cmresearch plan allocation complaints.csv --id number --strata channel --size 400
  cmresearch plan allocation complaints.csv --id number --strata channel --size 400 --planning pilot.csv --plot plan.svg
""",
    "margins": """How surely a sample that was drawn knows a share or a mean, as a whole and in each stratum or domain.

  cmresearch plan margins drawn --share 0.2
  cmresearch plan margins drawn --planning pilot.csv --response 0.95
""",
}
