from .chapters.thesis import write_thesis as write_thesis
from .page.page import write_report as write_report
from .paper.pdf import write_paper as write_paper
from .results import write_results as write_results
from .workbook import write_workbook as write_workbook
