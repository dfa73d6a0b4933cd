"""Everything that the sandbox is made from, built once for all who share an installation."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import filelock

from . import packages
from .python_environment import environment_stage
from .stages import Stage, build, is_whole
from .steps import Report, timed
from .template import template_stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .folders import Folders


def install(folders: Folders, report: Report, stop_running: Callable[[], object] = bool) -> None:
    """Makes sure that everything is installed. Two processes at once share one set-up: the second waits.

    Args:
        folders: The sandbox's folders.
        report: Told what is going on.
        stop_running: Stops a running sandbox, which would lose its files from under it.

    Raises:
        NoOdooError: There is no Odoo package to be had.
        SandboxError: The disk is full, or a step failed.
    """
    folders.make()
    user_file = packages.named()
    package = folders.installation / "package"
    logs = folders.installation / "logs"

    def odoo() -> Stage:
        return packages.odoo_stage(folders.odoo, package, logs / "odoo.log", report, user_file)

    def environment() -> Stage:
        return environment_stage(folders.environment, logs / "environment.log", report)

    def template() -> Stage:
        return template_stage(folders, logs / "template.log", report)

    if all(is_whole(stage()) for stage in (odoo, environment, template)):
        return
    with waiting_for(folders.installation / "lock", "wait for another process that sets the sandbox up", report):
        stop_running()
        if not is_whole(odoo()):
            if user_file is None:
                build(packages.package_stage(package, logs / "apt.log", report))
            build(odoo())
        shutil.rmtree(package, ignore_errors=True)
        build(environment())
        build(template())


@contextmanager
def waiting_for(file: Path, name: str, report: Report) -> Iterator[None]:
    """Holds a lock, which the system frees when this process ends in any way; waiting for it is a step of its own.

    Args:
        file: The lock's file.
        name: What is being done while another process holds it.
        report: Told about that.

    Yields:
        Nothing; the lock is held meanwhile.
    """
    lock = filelock.FileLock(file)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        with timed(name, report) as progress:
            while not lock.is_locked:
                with suppress(filelock.Timeout):
                    lock.acquire(timeout=1)
                progress.show()
    try:
        yield
    finally:
        lock.release()
