"""The charts of a printout on one page, as vectors."""

from tuimon.charts.model import ChartOptions
from tuimon.present.printout import Printout, printout_metrics
from tuimon.vectors.chart_page import chart_page, page_columns, page_width
from tuimon.vectors.chart_vectors import chart_vectors
from tuimon.vectors.primitives import VectorDrawing


def printout_page(
    printout: Printout, name: str, width: int | None, options: ChartOptions
) -> VectorDrawing:
    """The charts side by side on a page of `width` pixels; `name`, any text, heads several."""
    metrics = printout_metrics(printout, options)
    each = (width or page_width(len(metrics))) / page_columns(len(metrics))
    charts = [
        chart_vectors(
            metric.metric.title,
            metric.curves(options.palette),
            each,
            options,
            note=metric.note,
        )
        for metric in metrics
    ]
    return chart_page(charts, name if len(charts) > 1 else "")
