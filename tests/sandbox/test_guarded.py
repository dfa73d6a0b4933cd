from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox.guarded import Guarded, run, tail
from odoo_widgets.sandbox.processes import created_at, end, environment, is_alive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(60)",
]


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def two(program: Guarded) -> list[int]:
    assert until(lambda: len(program.pids()) == 2)
    return program.pids()


def dead(pids: list[int]) -> bool:
    return all(not is_alive(pid, created_at(pid)) for pid in pids)


def test_a_program_ends_when_it_is_closed(tmp_path: Path) -> None:
    with Guarded(SLEEP, log=tmp_path / "log", cwd=tmp_path) as program:
        pids = two(program)
        assert not dead(pids)
    assert dead(pids)


def test_a_program_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    with Guarded(STUBBORN, log=tmp_path / "log", cwd=tmp_path, grace=0.2) as program:
        pids = two(program)
        assert until(lambda: "deaf" in tail(tmp_path / "log"))
    assert dead(pids)


def test_what_a_program_left_behind_ends_with_it(tmp_path: Path) -> None:
    script = f"import subprocess; print(subprocess.Popen({SLEEP!r}).pid, flush=True)"
    run([sys.executable, "-c", script], what="Leaving a child", log=tmp_path / "log", cwd=tmp_path)
    assert until(lambda: dead([int(tail(tmp_path / "log"))]))


STARTER = """
import sys
from pathlib import Path
from odoo_widgets.sandbox.guarded import Guarded
folder = Path(sys.argv[1])
program = Guarded([sys.executable, "-c", "import time; time.sleep(60)"], log=folder / "log", cwd=folder)
while len(program.pids()) < 2:
    pass
print(*program.pids(), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("victims", ["starter", "guard", "starter and guard"])
def test_kill_9_of_a_starter_or_a_guard_leaves_no_orphan(tmp_path: Path, victims: str) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        assert starter.stdout is not None
        guard, program = map(int, starter.stdout.readline().split())
        for pid in {"starter": [starter.pid], "guard": [guard]}.get(victims, [starter.pid, guard]):
            os.kill(pid, signal.SIGKILL)
        if sys.platform == "linux" or victims == "starter":
            assert until(lambda: dead([guard, program]))
        else:
            psutil.Process(program).kill()
        starter.kill()


@pytest.mark.parametrize(
    ("script", "code"), [("", 0), ("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137)]
)
def test_the_exit_code_is_the_programs_own(tmp_path: Path, script: str, code: int) -> None:
    with Guarded([sys.executable, "-c", script], log=tmp_path / "log", cwd=tmp_path) as program:
        assert until(lambda: program.poll() is not None)
        assert program.poll() == code


def test_a_program_that_fails_is_a_sentence_with_the_log_and_not_its_content(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('a long story')"]
    with pytest.raises(SandboxError, match=r"Telling failed \(exit code 1\)") as told:
        run(command, what="Telling", log=tmp_path / "log", cwd=tmp_path)
    assert str(tmp_path / "log") in str(told.value)
    assert "a long story" not in str(told.value)


def test_a_program_that_finds_the_disk_full_is_known_for_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('write: No space left on device')"]
    with pytest.raises(OSError, match="No space left on device"):
        run(command, what="Writing", log=tmp_path / "log", cwd=tmp_path)


def test_a_program_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="exit code 127"):
        run([tmp_path / "none"], what="Starting", log=tmp_path / "log", cwd=tmp_path)


def test_what_would_steer_the_programs_from_afar_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PYTHONPATH", "ODOO_RC", "ODOO_API_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    passed = environment({"ADDED": "y"})
    assert not {"PGHOST", "PYTHONPATH", "ODOO_RC", "ODOO_API_KEY"} & set(passed)
    assert (passed["HTTPS_PROXY"], passed["ADDED"]) == ("http://proxy.example", "y")


def test_a_process_that_got_the_number_of_another_is_not_ended() -> None:
    with subprocess.Popen(SLEEP) as bystander:
        end({bystander.pid: created_at(bystander.pid) - 60}, grace=0.2)
        assert bystander.poll() is None
        end({bystander.pid: created_at(bystander.pid)}, grace=5)
        assert bystander.wait(5) == -signal.SIGTERM
