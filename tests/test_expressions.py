r"""Regular expressions whose time explodes: every one in the package is attacked, and none may fall.

An expression is slow in two ways. It goes back over what it has matched, in ever new divisions (``(\s+)*x``,
``\s*x?\s*y``), or it begins anew at every character of a run that it has just looked through in vain (``\d+x`` in a long
number). Both show on texts that can be read off the expression itself: something that leads up to a repetition, what is
repeated many times over, and something that it does not go on with. :func:`attacks` makes these texts; an expression
falls if one of them takes much more than in step with its length.

That an expression is used with ``match`` alone, so that it never begins anew, is read off the source.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import itertools
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants as codes
from re import _parser as parser
from typing import Any, NamedTuple

import pytest

SOURCE = Path(__file__).parent.parent / "src"
SEARCHING = {"search", "finditer", "findall", "sub", "subn", "split"}
METHODS = {*SEARCHING, "match", "fullmatch"}
MANY = 50
"""Repetitions from which on a repetition counts as unbounded."""
LONG = 3_000
"""Characters of an attack."""
SIGNS = "a1 <-.'\n\"!Z_éß\u00a0\u0301\u2028\0"
"""What stands for a class of characters, the first of them that are in it."""
PER_CLASS = 3
ENDS = ("", *"\0!a1<\n -", "zz", "__")
"""What an attack ends with, so that an expression does not go on."""
SUSPICIOUS, HOPELESS = 0.004, 0.4
"""Seconds of processor time that make an attack worth a second look, and that end it."""


class Expression(NamedTuple):
    """A regular expression of the package, where it stands, and the methods that it is used with."""

    where: str
    pattern: Any
    methods: frozenset[str]


# --- the expressions of the package -----------------------------------------------------------------------------------


class Names(dict[str, Any]):
    """The names of a module; what it does not know (an argument, a local name) is taken for some word."""

    def __missing__(self, name: str) -> Any:
        return getattr(builtins, name, "name")


def expressions(file: Path) -> Iterator[Expression]:
    """Every call of :mod:`re` with a pattern in a file."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _of_re(node.func)]
    if not calls:
        return
    module = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
    names = Names(vars(importlib.import_module(module)))
    named = {
        id(node.value): target.id
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        methods = {call.func.attr} & METHODS
        if not methods and id(call) in named:
            methods = set(re.findall(rf"\b{named[id(call)]}\.({'|'.join(METHODS)})\b", source))
        pattern = _value(ast.Call(ast.Name("compile_", ast.Load()), _of_compile(call), _flags(call)), names)
        yield Expression(f"{module}:{call.lineno}", pattern, frozenset(methods or METHODS))


def _of_re(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr in {*METHODS, "compile"}
    )


def _of_compile(call: ast.Call) -> list[ast.expr]:
    return call.args[:2] if isinstance(call.func, ast.Attribute) and call.func.attr == "compile" else call.args[:1]


def _flags(call: ast.Call) -> list[ast.keyword]:
    return [keyword for keyword in call.keywords if keyword.arg == "flags"]


def _value(node: ast.expr, names: Names) -> Any:
    expression = ast.fix_missing_locations(ast.Expression(node))
    return eval(compile(expression, "<pattern>", "eval"), {}, Names({**names, "compile_": re.compile}))


EXPRESSIONS = [found for file in sorted(SOURCE.rglob("*.py")) for found in expressions(file)]


# --- attacks on an expression -----------------------------------------------------------------------------------------

Tree = list[tuple[Any, Any]]


def examples(tree: Tree, flags: int) -> list[str]:
    """A few short texts that a part of an expression matches (look-arounds aside)."""
    found = [""]
    for op, argument in tree:
        found = ["".join(pair) for pair in itertools.product(found, _examples_of(op, argument, flags))]
        found = sorted(set(found), key=lambda text: (len(text), text))[:8]
    return found


def _examples_of(op: Any, argument: Any, flags: int) -> list[str]:
    if op is codes.LITERAL:
        return [chr(argument)]
    if op in (codes.IN, codes.NOT_LITERAL, codes.ANY, codes.CATEGORY):
        return [sign for sign in SIGNS if _matches(op, argument, flags, sign)][:PER_CLASS] or _of_ranges(argument)
    if op is codes.BRANCH:
        return [text for branch in argument[1] for text in examples(list(branch), flags)]
    if op is codes.SUBPATTERN:
        return examples(list(argument[3]), flags)
    if op is codes.ATOMIC_GROUP:
        return examples(list(argument), flags)
    if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, most, body = argument
        return [text * count for count in {least, min(max(least, 1), most)} for text in examples(list(body), flags)]
    return [""]


def _matches(op: Any, argument: Any, flags: int, sign: str) -> bool:
    tree = parser.SubPattern(parser.State(), [(op, argument)])
    tree.state.flags = (flags | re.UNICODE) & ~re.DEBUG
    tree.state.str = ""
    import re._compiler as compiler

    return bool(compiler.compile(tree, tree.state.flags).match(sign))


def _of_ranges(argument: Any) -> list[str]:
    return [chr(part[1] if part[0] is codes.LITERAL else part[1][0]) for part in argument if part[0] in
            (codes.LITERAL, codes.RANGE)][:PER_CLASS] or [""]  # fmt: skip


def repetitions(
    tree: Tree, flags: int, before: tuple[str, str] = ("", "")
) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Every unbounded repetition of an expression: what may lead up to it, short and long, and what it may repeat."""
    for at, (op, argument) in enumerate(tree):
        some = examples(tree[:at], flags)
        lead = before[0] + some[0], before[1] + some[-1]
        bodies: list[Tree] = []
        if op is codes.BRANCH:
            bodies = [list(branch) for branch in argument[1]]
        elif op is codes.SUBPATTERN:
            bodies = [list(argument[3])]
        elif op is codes.ATOMIC_GROUP:
            bodies = [list(argument)]
        elif op in (codes.ASSERT, codes.ASSERT_NOT):
            bodies = [list(argument[1])]
        elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            bodies = [list(argument[2])]
            if argument[1] >= MANY:
                yield lead, [text for text in examples(bodies[0], flags) if text]
        for body in bodies:
            yield from repetitions(body, flags, lead)


def attacks(pattern: Any) -> Iterator[tuple[str, str, str]]:
    """Texts to try an expression with: what leads up to a repetition, what is repeated, what ends it."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags & ~(re.UNICODE | re.LOCALE)
    tree = list(parser.parse(source, flags & ~re.DEBUG))
    seen = set()
    for lead, bodies in repetitions(tree, flags):
        pumps = [*bodies, *("".join(pair) for pair in itertools.permutations(bodies[:4], 2))]
        for attack in itertools.product(sorted({"", *lead}), pumps, ENDS):
            if attack not in seen:
                seen.add(attack)
                yield attack


class TooLongError(Exception):
    """An attack was ended."""


def seconds(pattern: Any, method: str, attack: tuple[str, str, str], length: int) -> float:
    """Processor time of an attack, bounded by :data:`HOPELESS`."""
    lead, pump, end = attack
    text: Any = lead + pump * (length // len(pump)) + end
    if isinstance(pattern.pattern, bytes):
        text = text.encode("latin-1", "replace")
    begun = time.process_time()
    if method in SEARCHING:
        for _ in pattern.finditer(text):
            pass
    else:
        getattr(pattern, method)(text)
    return time.process_time() - begun


def falls(pattern: Any, methods: frozenset[str] = frozenset({"search"})) -> str | None:
    """The attack that an expression falls to, or None."""

    def end(*_: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, end)
    try:
        for method in sorted({"search" if method in SEARCHING else method for method in methods}):
            for attack in attacks(pattern):
                signal.setitimer(signal.ITIMER_VIRTUAL, HOPELESS)
                try:
                    if seconds(pattern, method, attack, LONG) > SUSPICIOUS:
                        short = max(
                            min(seconds(pattern, method, attack, LONG) for _ in range(3)), 1e-9
                        )  # a clock has steps
                        long = min(seconds(pattern, method, attack, 4 * LONG) for _ in range(2))
                        if long > SUSPICIOUS and long > 8 * short:
                            return f"{method} {attack}: {4 * LONG} characters take {long / short:.1f} times as long as {LONG}"
                except TooLongError:
                    return f"{method} {attack}: more than {HOPELESS} s"
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return None


pytestmark = pytest.mark.skipif(not hasattr(signal, "ITIMER_VIRTUAL"), reason="no timer of processor time here")


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda expression: expression.where)
def test_every_expression_takes_time_in_step_with_the_text(expression: Expression) -> None:
    assert falls(expression.pattern, expression.methods) is None


def test_the_expressions_of_the_package_are_found() -> None:
    found = {expression.where.split(":")[0] for expression in EXPRESSIONS}
    assert {"unspin.text.words", "unspin.text.paragraphs"} <= found
    assert len(EXPRESSIONS) > 30


@pytest.mark.parametrize(
    "source",
    [
        r"(a+)+b",
        r"(?:\s|<!--.*?-->|\s+)*<html",
        r"\d+x",
        r"\d++x",
        r"\s*\d*\s*$",
        r"[^\n]*[^\s][^\n]*",
        r"(?P<number>\d+(?:[.,:]\d+)*(?:st|nd)?\b)|(?P<mark>[^\s])",
        r"^x: *(.*?) *$",
        r"(?:a|b|ab)*c",
        r"[ \t]*\Z",
        rb"(?i)content-type:[ \t]*(.*?)[ \t]*\r?$",
    ],
)
def test_an_expression_that_explodes_falls(source: Any) -> None:
    assert falls(re.compile(source)) is not None


@pytest.mark.parametrize(
    "source", [r"\d++", r"\w+", r"(?:a|b)*+", r"x\d*", r"[a-z]+(?:-[a-z]+)*", rb"\s{1,20}x", r"(?<!\d)\d++x"]
)
def test_an_expression_that_does_not_explode_stands(source: Any) -> None:
    assert falls(re.compile(source)) is None


def test_an_expression_that_begins_at_one_place_only_does_not_begin_anew() -> None:
    assert falls(re.compile(r"\d++x"), frozenset({"match"})) is None
    assert falls(re.compile(r"\s*\d*\s*x"), frozenset({"match"})) is not None
