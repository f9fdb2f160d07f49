"""The smallest function, in Python: it greets."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import log
from wit_world.imports.kanister_function_types import (
    Descriptor,
    Failure_InvalidArgs,
    FieldError,
    Output,
    Parameter,
    Rendering,
    ValueType,
)


def wrong(args: str) -> list[FieldError]:
    """What is wrong with the arguments."""
    if isinstance(json.loads(args).get("name"), str):
        return []
    return [FieldError(path="name", message="name is missing or is no text")]


class Describe(exports.Describe):
    def functions(self):
        name = Parameter(
            name="name",
            kind=ValueType.STRING,
            required=True,
            default=None,
            rendering=Rendering.ARGUMENTS,
            doc="Whom to greet.",
            extensions=[],
        )
        greeting = Output(name="greeting", kind=ValueType.STRING, doc="The greeting.", extensions=[])
        return [
            Descriptor(
                name="HelloPython",
                version="1.0.0",
                doc="Greets somebody.",
                parameters=[name],
                outputs=[greeting],
                open_outputs=False,
                idempotent=True,
                extensions=[],
            )
        ]

    def validate(self, call):
        if errors := wrong(call.args):
            raise Err(errors)

    def plan(self, call):
        return None


class Run(exports.Run):
    def run(self, invocation):
        if errors := wrong(invocation.args):
            raise Err(Failure_InvalidArgs(errors))
        name = json.loads(invocation.args)["name"]
        log.write(log.Level.INFO, "greeting", [log.Field(key="name", value=name)])
        return json.dumps({"greeting": f"hello, {name}"}, ensure_ascii=False)
