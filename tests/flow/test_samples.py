from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.samples import VIEWS, samples, size_text
from odoo_widgets.flow.settings import Settings

URL = "https://mycompany.odoo.com/json/2/res.partner/create"
KEY = "5ec2e7" * 6
FRAME = pd.DataFrame({"name": [f"n{row}" for row in range(250)], "no": 1})
SETTINGS = Settings(URL, exclude=["no"])


def test_a_sample_reads_as_the_request_that_goes_out_with_a_mask_for_the_key() -> None:
    (sample,) = samples(FRAME.head(2), SETTINGS, credential=Credential(URL, "mycompany", api_key=KEY))
    assert sample.view() == (
        "POST /json/2/res.partner/create\n"
        "Host: mycompany.odoo.com\n"
        "Accept: application/json\n"
        "User-Agent: odoo_widgets\n"
        "Content-Type: application/json\n"
        "X-Odoo-Database: mycompany\n"
        "Authorization: bearer ***\n"
        "\n"
        '{\n  "vals_list": [\n    {\n      "name": "n0"\n    },\n    {\n      "name": "n1"\n    }\n  ]\n}'
    )


def test_samples_are_the_first_calls_or_those_of_chosen_rows() -> None:
    assert [sample.call.rows for sample in samples(FRAME, SETTINGS)] == [range(100), range(100, 200), range(200, 250)]
    assert [sample.call.rows for sample in samples(FRAME, SETTINGS, n=1)] == [range(100)]
    assert [sample.call.rows for sample in samples(FRAME, SETTINGS, rows=[249, 137, 138])] == [
        range(100, 200),
        range(200, 250),
    ]
    assert samples(FRAME, SETTINGS, n=0) == samples(FRAME, SETTINGS, rows=[]) == ()


def test_rows_that_cannot_be_sent_are_named_and_others_are_shown() -> None:
    frame = pd.DataFrame({"x": np.where(np.arange(250) == 210, np.inf, 0.5)})
    assert len(samples(frame, SETTINGS, n=2)) == 2
    with pytest.raises(DataError, match="Column 'x', row 210: infinity"):
        samples(frame, SETTINGS, n=3)
    with pytest.raises(DataError, match="The frame has no rows"):
        samples(frame.head(0), SETTINGS)


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_shows_the_key(view: str) -> None:
    (sample,) = samples(FRAME.head(1), SETTINGS, credential=Credential(URL, "mycompany", api_key=KEY))
    assert KEY not in sample.view(view) + repr(sample) + samples(FRAME, SETTINGS)._repr_html_()


def test_a_list_of_samples_says_rows_records_and_size() -> None:
    assert repr(samples(FRAME, SETTINGS)) == (
        "1  rows 0–99 · 100 records · 1.5 kB\n"
        "2  rows 100–199 · 100 records · 1.6 kB\n"
        "3  rows 200–249 · 50 records · 815 B"
    )
    assert repr(samples(FRAME, SETTINGS, rows=[])) == "no calls"
    assert samples(FRAME.head(1), SETTINGS)[0].title == "row 0 · 1 record · 29 B"


def test_a_page_of_samples_holds_no_markup_of_the_data_s() -> None:
    hostile = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>"
    page = samples(pd.DataFrame({hostile: [hostile]}), SETTINGS)._repr_html_()
    assert set(re.findall(r"</?(\w+)", page)) == {"details", "summary", "pre"}
    assert html.escape(hostile) in page


def test_a_page_of_samples_is_clipped_and_says_so() -> None:
    page = samples(pd.DataFrame({"x": ["a" * 230_000]}), SETTINGS)._repr_html_()
    assert len(page) < 201_000
    shows = r"print\(destination.samples\(df\)\[0\].view\(\)\) shows all"
    assert re.search(rf"… and 30,\d{{3}} more characters: {shows}</pre>", page)


def test_a_call_is_whole_as_text_however_long_it_is() -> None:
    shown = samples(pd.DataFrame({"x": ["a" * 3_000_000]}), SETTINGS)
    assert all(text.count("a") >= 3_000_000 for text in (shown.view("curl"), shown[0].view(), str(shown[0].payload)))
    assert len(repr(shown)) < 100


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (14_200, "14.2 kB"), (3_000_000, "3.0 MB"), (5e12, "5,000.0 GB")]
)
def test_a_size_is_written_for_people(size: float, text: str) -> None:
    assert size_text(size) == text
