"""A pytest plugin: with ``CI=true`` a skipped test fails the run, because all that tests need is there."""

from __future__ import annotations

import os

import pytest


def _skipped(config: pytest.Config) -> list[pytest.TestReport | pytest.CollectReport]:
    """The reports of skipped tests and modules; empty where a skip is allowed."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get("CI") != "true":
        return []
    return list(reporter.stats.get("skipped", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a success with skips into a failure; a run of a worker process has no reporter and is left alone."""
    if session.exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the tests that were skipped."""
    reports = _skipped(config)
    if reports:
        terminalreporter.section("skipped in CI, which is a failure", red=True)
        for report in reports:
            terminalreporter.write_line(report.nodeid)
