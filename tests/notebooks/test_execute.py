"""Normal form: what changes from run to run goes, what a reader sees stays, twice is once."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.notebooks.execute import WIDGET, as_text, main, normalise


def _notebook() -> nbformat.NotebookNode:
    cell = new_code_cell(
        "print(1); widget",
        execution_count=7,
        metadata={"tags": ["explore"], "execution": {"iopub.execute_input": "now"}},
        outputs=[
            new_output("stream", name="stdout", text="1"),
            new_output("stream", name="stdout", text="\n"),
            new_output(
                "execute_result",
                data={WIDGET: {"model_id": "random"}, "image/png": "AAAA", "text/plain": "a spike"},
                execution_count=7,
            ),
            new_output("display_data", data={WIDGET: {"model_id": "random"}}),
        ],
    )
    return new_notebook(cells=[cell], metadata={"widgets": {"state": {}}})


def test_normal_form_keeps_what_a_reader_sees() -> None:
    notebook = normalise(_notebook())
    (cell,) = notebook.cells
    assert (cell.id, cell.execution_count, cell.metadata) == ("explore-1", 1, {"tags": ["explore"]})
    stream, result = cell.outputs  # the widget that had neither picture nor text is gone
    assert stream.text == "1\n"
    assert result.data == {"image/png": "AAAA", "text/plain": "a spike"}
    assert result.execution_count == 1
    assert "widgets" not in notebook.metadata
    nbformat.validate(notebook)


def test_normal_form_of_normal_form_is_itself() -> None:
    once = normalise(_notebook())
    assert as_text(normalise(once)) == as_text(once)


@pytest.mark.slow
def test_execute_writes_outputs_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two real runs: the second finds nothing to change; the kernel sees an empty home."""
    code = 'import os\nprint(os.path.exists(os.environ["NEUROLAB_HOME"]))'
    path = tmp_path / "a.ipynb"
    path.write_text(as_text(new_notebook(cells=[new_code_cell(code)])))
    assert main([str(path)]) == 0
    assert nbformat.read(path, as_version=4).cells[0].outputs[0].text == "False\n"
    assert "new outputs" in capsys.readouterr().out
    assert main([str(path)]) == 0
    assert "new outputs" not in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "message"),
    [("1 / 0", "ZeroDivisionError"), ("import sys\nsys.stderr.write('oh')", "standard error")],
)
def test_execute_refuses_errors_and_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, message: str
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(as_text(new_notebook(cells=[new_code_cell(code)])))
    assert main([str(path)]) == 1
    assert message in capsys.readouterr().out
