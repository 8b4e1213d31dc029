"""Compile the grammars to the tables that the package carries.

lark reads ``*.lark`` and builds the LALR automatons; the interpreter runs the tables by itself
(``setupbatcher/script/automaton.py``), so that the command line starts without the grammar compiler.

Usage: ``python grammar/compile.py [--check]``
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from lark import Lark
from lark.parsers.lalr_analysis import Shift

HERE = Path(__file__).parent
TARGET = HERE.parent / "setupbatcher" / "script" / "tables.py"
HEAD = '''\
"""The automatons of the grammars, made by ``grammar/compile.py``. A module is loaded faster than any file of data."""

from typing import Any

TABLES: dict[str, Any] = {
'''
STARTS = {"script.lark": ("script",), "command.lark": ("cell", "template"), "condition.lark": ("condition",)}


def automaton(path: Path, start: str) -> dict[str, Any]:
    """The LALR automaton and the terminals of one start symbol, as plain data.

    An action is the number of the next state, or ``-1 - rule`` for a reduction.
    """
    grammar = Lark.open(str(path), start=start, parser="lalr", lexer="basic", keep_all_tokens=True)
    table = grammar.parser.parser._parse_table  # noqa: SLF001 -- lark has no public way to the table
    # lark numbers rules and states as its sets happen to be ordered; here they are numbered by name and by first visit.
    ordered = sorted(
        grammar.rules, key=lambda rule: (str(rule.origin.name), [symbol.name for symbol in rule.expansion])
    )
    rules = [[str(rule.origin.name), len(rule.expansion)] for rule in ordered]
    rule_number = {rule: index for index, rule in enumerate(ordered)}
    order = [table.start_states[start]]
    for state in order:
        for _, (action, argument) in sorted(table.states[state].items()):
            if action is Shift and argument not in order:
                order.append(argument)
    number = {state: index for index, state in enumerate(order)}
    states = []
    for state in order:
        actions = {}
        for symbol, (action, argument) in sorted(table.states[state].items()):
            actions[str(symbol)] = number[argument] if action is Shift else -1 - rule_number[argument]
        states.append(actions)
    used = {symbol for actions in states for symbol in actions}
    terminals = [
        [str(terminal.name), terminal.pattern.to_regexp(), sorted(terminal.pattern.flags)]
        for terminal in sorted(grammar.terminals, key=lambda terminal: (-terminal.priority, terminal.name))
        if terminal.name in used or terminal.name in grammar.ignore_tokens
    ]
    return {
        "start": number[table.start_states[start]],
        "end": number[table.end_states[start]],
        "rules": rules,
        "states": states,
        "terminals": terminals,
        "ignored": sorted(map(str, grammar.ignore_tokens)),
    }


def tables() -> str:
    """The text of the module with the tables."""
    lines = [HEAD]
    for name, starts in STARTS.items():
        for start in starts:
            entries = automaton(HERE / name, start).items()
            lines += [f"    {start!r}: {{\n", *(f"        {key!r}: {value!r},\n" for key, value in entries), "    },\n"]
    return "".join([*lines, "}\n"])


def main() -> int:
    """Write the tables, or with ``--check`` tell whether they are stale."""
    text = tables()
    if "--check" in sys.argv[1:]:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET.name} is stale: run python grammar/compile.py", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
