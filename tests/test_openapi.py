"""The description of the API: kept, true, and held to by the server under schemathesis."""

from __future__ import annotations

import ast
import json
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.test_web_api import Reader
from unspin import web
from unspin.report.json import schema as report_schema
from unspin.web import openapi
from unspin.web.__main__ import main
from unspin.web.app import create
from unspin.web.limits import ServerLimits
from unspin.web.problems import CODES

KEPT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def test_the_kept_description_is_that_of_the_server() -> None:
    assert KEPT.read_text(encoding="utf-8") == openapi.dumps(create().openapi()), (
        "the API has changed; write its description anew: python -m unspin.web docs/openapi.json"
    )


API = schemathesis.openapi.from_asgi("/openapi.json", create(ServerLimits(seconds=10), read=Reader(), hosts=["*"]))
# Bytes drawn at random are no PDF, and a reading drawn at random does not fit together: both are refused, and rightly.
# What is in a form has no type: a number sent as the file is a file that holds a number.
UNFIT = {
    "/v1/file": [positive_data_acceptance, negative_data_rejection],
    "/v1/file/stream": [positive_data_acceptance, negative_data_rejection],
    "/v1/compare/file": [positive_data_acceptance, negative_data_rejection],
    "/v1/export": [positive_data_acceptance],
}


@API.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_server_keeps_to_its_description(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=UNFIT.get(case.path, []))


def test_every_path_is_put_to_the_test() -> None:
    paths = create().openapi()["paths"]
    assert set(paths) == {
        "/v1/read", "/v1/restore", "/v1/batch", "/v1/stream", "/v1/file", "/v1/file/stream", "/v1/address",
        "/v1/address/stream", "/v1/compare", "/v1/compare/file", "/v1/trace", "/v1/export", "/v1/health", "/v1/version",
    }  # fmt: skip
    assert {operation.ok().path for operation in API.get_all_operations()} == set(paths)


def test_a_reading_is_described_by_its_own_schema() -> None:
    """The components of the description and the schema of the package take and refuse the same."""
    description = create().openapi()
    own = Draft202012Validator(report_schema("reading"))
    served = Draft202012Validator({"$ref": "#/components/schemas/Reading", "components": description["components"]})
    example = description["paths"]["/v1/read"]["post"]["responses"]["200"]["content"]["application/json"]["example"]
    for validator in (own, served):
        validator.validate(example)
    for key, value in (("words", -1), ("spun", False), ("more", 1), ("substitutions", [{}]), ("share", 2)):
        wrong: dict[str, Any] = example | {key: value}
        assert not own.is_valid(wrong)
        assert not served.is_valid(wrong)


def test_what_the_description_says_of_errors_is_true() -> None:
    components = create().openapi()["components"]
    codes = components["schemas"]["Error"]["properties"]["code"]["enum"]
    assert codes == list(CODES)
    for name, response in components["responses"].items():
        told = {code for code in CODES if f"`{code}`" in response["description"]}
        assert {str(CODES[code][0]) for code in told} == {name.removeprefix("Problem")}


def test_no_module_of_the_room_imports_itself_by_way_of_others() -> None:
    """Late imports, within functions, count too."""
    folder = Path(web.__file__).parent
    graph = {}
    for file in folder.glob("*.py"):
        imports = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.ImportFrom)]
        named = [node.module for node in imports if node.module] + [
            f"unspin.web.{alias.name}" for node in imports if node.module == "unspin.web" for alias in node.names
        ]
        graph[f"unspin.web.{file.stem}"] = {name for name in named if name.startswith("unspin.web.")}
    assert "unspin.web.app" in TopologicalSorter(graph).static_order()


def test_writing_it_anew(tmp_path: Path) -> None:
    main([str(tmp_path / "openapi.json")])
    assert json.loads((tmp_path / "openapi.json").read_bytes())["openapi"].startswith("3.1")
