"""The report of a measurement: one page of HTML that needs nothing from elsewhere.

It reads the published JSON of a result and nothing else.
"""

from glossator_server.evals.report.reading import read_result
from glossator_server.evals.report.verdict import Verdict, verdict_of
from glossator_server.evals.report.writing import html_report, write_html_report

__all__ = ["Verdict", "html_report", "read_result", "verdict_of", "write_html_report"]
