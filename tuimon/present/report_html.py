"""A report as one HTML file: light or dark, for a phone, a screen and paper, without scripts."""

from html import escape

from tuimon.charts import roles
from tuimon.present.facts import count
from tuimon.present.page_variables import PageVariables
from tuimon.present.run_report import ReportTable, RunReport
from tuimon.vectors.svg_document import svg_document

_MOST_CHART_BYTES = 76_000
"""Of all charts; the first ones count most."""
_PANEL, _RULE = ("#00000010", "#ffffff14"), ("#0000001f", "#ffffff26")
"""In light and in dark, over the background."""
_STYLE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;color-scheme:light dark}
body{margin:0 auto;max-width:60rem;padding:1.25rem 1rem 3rem;background:var(--ground);
color:var(--text);font:15px/1.5 system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
.lead{margin:.35rem 0 1rem;font-size:1.05rem;overflow-wrap:anywhere}
h2{font-size:.8rem;letter-spacing:.06em;text-transform:uppercase;color:var(--dim);
margin:2rem 0 .5rem;border-bottom:1px solid var(--rule);padding-bottom:.25rem;break-after:avoid}
pre{margin:0 0 .5rem;padding:.6rem .75rem;background:var(--panel);border-radius:6px;
white-space:pre-wrap;overflow-wrap:anywhere;
font:13px/1.5 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) minmax(0,1fr);
gap:.2rem 1.25rem;margin:0}
dt{color:var(--dim);overflow-wrap:anywhere;max-width:14rem}dd{margin:0;overflow-wrap:anywhere}
.facts{columns:2 24rem;column-gap:2.5rem;margin-top:2rem}
.facts section{break-inside:avoid;padding-bottom:2rem}.facts h2{margin-top:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:400;color:var(--dim)}
th,td{padding:.25rem 1rem .25rem 0;vertical-align:top;border-bottom:1px solid var(--rule);
overflow-wrap:anywhere;min-width:5.5rem}
td:first-child{min-width:8.5rem}.values td+td{white-space:nowrap}
.runs td:nth-child(2){white-space:normal;min-width:11rem}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1rem}
.charts svg{width:100%;height:auto;display:block;break-inside:avoid}
.note,footer{color:var(--dim);font-size:.85rem}footer{margin-top:2.5rem}
thead{display:table-header-group}
@page{margin:14mm}
@media print{html{font-size:12px}body{max-width:none;padding:0;font-size:11px;background:none}
.facts{columns:2 18rem}.facts section{padding-bottom:1.2rem}section,.charts{break-inside:auto}
.wide{overflow:visible}.charts{grid-template-columns:1fr 1fr}pre,tr,dt,dd{break-inside:avoid}
pre{border:1px solid var(--rule);font-size:10px}}
"""


def report_html(report: RunReport, inks: PageVariables, ground: tuple[str, str]) -> str:
    """The file; `ground` is its light and its dark background, ``#rrggbb``."""
    charts, note = _charts(report, inks)
    first, others = report.tables[:1], report.tables[1:]
    body = [
        f"<h1>{escape(report.title)}</h1>",
        f'<p class="lead" style="color:{inks[report.role or roles.DIM]}">{escape(report.lead)}</p>',
        *(f"<pre>{escape(command)}</pre>" for command in report.commands),
        *map(_table, first),
        *charts,
        note,
        *(_table(table) for table in others if table.head),
        '<div class="facts">',
        *(_table(table) for table in others if not table.head),
        "</div>",
    ]
    named = {"text": roles.TEXT, "dim": roles.DIM}
    aliases = "".join(f"--{name}:{inks[role]};" for name, role in named.items())
    style = inks.style(":root", ground=ground, panel=_PANEL, rule=_RULE)
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(report.title)}</title>",
            f"<style>{style}:root{{{aliases}}}{_STYLE}</style></head><body>",
            *filter(None, body),
            f"<footer>{escape(report.written)}</footer></body></html>\n",
        ]
    )


def _charts(report: RunReport, inks: PageVariables) -> tuple[list[str], str]:
    """The charts that there is room for, and how many there are besides."""
    found: list[str] = []
    left = _MOST_CHART_BYTES
    for drawing in report.charts:
        svg = svg_document(drawing, inks, None)
        left -= len(svg.encode())
        if found and left < 0:
            break
        found.append(svg)
    more = len(report.charts) - len(found)
    told = " · ".join(filter(None, [f"{count(more, 'chart')} more" if more else "", report.note]))
    note = f'<p class="note">{escape(told)}: tuimon show --svg FILE draws all</p>' if told else ""
    return (['<h2>charts</h2><div class="charts">', *found, "</div>"] if found else []), note


def _table(table: ReportTable) -> str:
    head = f"<section><h2>{escape(table.title)}</h2>"
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    if not table.head:
        facts = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in table.rows
        )
        return f"{head}<dl>{facts}</dl>{note}</section>"
    names = "".join(f"<th>{escape(name)}</th>" for name in table.head)
    rows = "\n".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows
    )
    kind = f' class="{table.kind}"' if table.kind else ""
    inside = f"<table{kind}><thead><tr>{names}</tr></thead>\n<tbody>{rows}</tbody></table>"
    return f'{head}<div class="wide">{inside}</div>{note}</section>'
