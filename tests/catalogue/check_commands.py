#!/usr/bin/env python3
"""Passes every `aws ...` line of the catalogue through the AWS CLI's own parsing and validation.

    python3 tests/catalogue/check_commands.py models/aws

Nothing leaves the machine: the first call that would is caught just before it is sent, which is also the proof that the
line is valid. Prints each line that fails with the CLI's complaint; exits with 1 if there is one, with 77 (skipped)
where no AWS CLI is installed for this Python.
"""

import base64
import contextlib
import io
import json
import os
import pathlib
import re
import shlex
import sys
import tempfile

import yaml

try:
    from awscli.clidriver import create_clidriver
except ImportError:
    print("skipped: the AWS CLI is not installed for " + sys.executable)
    sys.exit(77)

PLACE = re.compile(r"\{([a-z_][a-zA-Z0-9_\-.\[\]]*)\}")
EMPTY_ARCHIVE = b"PK\x05\x06" + bytes(18)
SHELL_OPERATORS = {"|", "||", "&&", ";", ">", ">>", "<"}

# By the end of a place's path, the first that fits; anything else takes a name.
PLAUSIBLE = [
    (r"ask\.boundary-arn|policy-arn$", "arn:aws:iam::123456789012:policy/example"),
    (r"role-arn$|role\.arn$", "arn:aws:iam::123456789012:role/example"),
    (r"arn$", "arn:aws:sqs:eu-central-1:123456789012:example"),
    (r"url$", "https://sqs.eu-central-1.amazonaws.com/123456789012/example"),
    (r"_ms$", "1735689600000"),
    (r"gap\.start$", "2025-01-01T00:00:00Z"),
    (r"gap\.end$|now$", "2025-01-01T01:00:00Z"),
    (r"account$", "123456789012"),
    (r"^kind$", "STANDARD"),
    (r"^config_verb$", "update"),
    (r"^permissions$", '[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"UserIdGroupPairs":[{"GroupId":"example"}]}]'),
    (r"^qualified$", ""),
    (r"^kind_of_source$", "KinesisStreamParameters"),
    (r"region$", "eu-central-1"),
    (r"port$|version$|count$|tasks$|events$|bytes$|step$|days$|receives$|attempts$", "7"),
]


def plausible(place, before):
    if before.endswith("--access-key-id "):
        return "AKIAIOSFODNN7EXAMPLE"
    if before.startswith("aws kinesis ") and place.endswith("arn"):
        return "arn:aws:kinesis:eu-central-1:123456789012:stream/example"
    if before.endswith("--policy-arn "):
        return "arn:aws:iam::123456789012:policy/example"
    for pattern, value in PLAUSIBLE:
        if re.search(pattern, place):
            return value
    return "example-" + re.sub("[^a-z]+", "-", place.lower()).strip("-")


# Operations that came after the AWS CLI of Debian 12 (2.9, January 2023); such a CLI cannot judge them.
NEWER = {
    ("sqs", "start-message-move-task"),  # June 2023
    ("sqs", "list-message-move-tasks"),
    ("kinesis", "get-resource-policy"),  # November 2023
    ("dynamodb", "get-resource-policy"),  # March 2024
    ("kinesis", "put-resource-policy"),  # November 2023
    ("dynamodb", "put-resource-policy"),  # March 2024
    ("events", "update-event-bus"),  # July 2024
    ("eks", "create-access-entry"),  # December 2023, as the next three
    ("eks", "delete-access-entry"),
    ("eks", "associate-access-policy"),
    ("eks", "list-associated-access-policies"),
    ("stepfunctions", "redrive-execution"),  # November 2023
    ("kms", "get-key-last-usage"),  # 2026
}

# The same of options.
NEWER_OPTIONS = {
    ("stepfunctions", "update-state-machine", "--encryption-configuration"),  # July 2024
}


class Request(BaseException):
    """A valid request, stopped before it is sent."""


class Gate:
    """Stands before the network, and knows whether somebody came by and with what."""

    def __init__(self):
        self.reached = False
        self.wrong = ""

    def look(self, params, model, **_):
        if model.input_shape is not None:
            self.wrong = not_offered(params, model.input_shape) or self.wrong

    def stop(self, **_):
        self.reached = True
        raise Request


def not_offered(value, shape):
    """The first text that is not among those its shape offers, which the CLI itself leaves to the service to say."""
    if shape.type_name == "structure" and isinstance(value, dict):
        found = (not_offered(v, shape.members[k]) for k, v in value.items() if k in shape.members)
    elif shape.type_name == "list" and isinstance(value, (list, tuple)):
        found = (not_offered(v, shape.member) for v in value)
    elif shape.type_name == "map" and isinstance(value, dict):
        found = (not_offered(k, shape.key) or not_offered(v, shape.value) for k, v in value.items())
    elif shape.type_name == "string" and shape.enum and value not in shape.enum and not value.startswith("example-ask-"):
        return f"{value} is none of {', '.join(shape.enum)}"
    else:
        return ""
    return next((f for f in found if f), "")


def texts(node, where):
    """Every scalar of a YAML tree that is a command of the AWS CLI, with its line."""
    if isinstance(node, yaml.ScalarNode):
        if node.value.startswith("aws "):
            yield f"{where}:{node.start_mark.line + 1}", node.value
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from texts(item, where)
    elif isinstance(node, yaml.MappingNode):
        for _, item in node.value:
            yield from texts(item, where)


def example_of(shape, required_only=False, seen=()):
    """A small value that a shape of an API accepts."""
    kind = shape.type_name
    if kind == "structure":
        if shape.name in seen:
            return {}
        names = [n for n in shape.members if not required_only or n in shape.required_members]
        if getattr(shape, "is_tagged_union", False):
            names = names[:1]
        return {n: example_of(shape.members[n], True, seen + (shape.name,)) for n in names}
    if kind == "list":
        return [example_of(shape.member, True, seen)]
    if kind == "map":
        return {example_of(shape.key, True, seen): example_of(shape.value, True, seen)}
    if kind == "string":
        if shape.enum:
            return shape.enum[0]
        return "example".ljust(shape.metadata.get("min", 1), "x")[: max(shape.metadata.get("max", 100), 1)]
    if kind in ("integer", "long"):
        return shape.metadata.get("min", 1)
    if kind in ("float", "double"):
        return 1.0
    if kind == "boolean":
        return True
    if kind == "timestamp":
        return "2025-01-01T00:00:00Z"
    return base64.b64encode(b"example").decode()


def input_shape(driver, arguments):
    service = driver.subcommand_table.get(arguments[0]) if hasattr(driver, "subcommand_table") else None
    service = service or driver._get_command_table().get(arguments[0])
    model = getattr(service, "service_model", None)
    if model is None or len(arguments) < 2:
        return None
    wanted = arguments[1].replace("-", "")
    for name in model.operation_names:
        if name.lower() == wanted:
            return model.operation_model(name).input_shape
    return None


def with_files(driver, arguments, folder):
    """The arguments with every file:// they read standing in `folder`, holding what its option takes."""
    shape = input_shape(driver, arguments)
    result = []
    for position, argument in enumerate(arguments):
        match = re.fullmatch(r"(fileb?)://(.+)", argument)
        if not match:
            result.append(argument)
            continue
        option = arguments[position - 1]
        content = EMPTY_ARCHIVE if match[2].endswith(".zip") else b"{}"
        if option == "--cli-input-json" and shape is not None:
            content = json.dumps(example_of(shape, required_only=True)).encode()
        elif shape is not None and option.startswith("--"):
            wanted = option[2:].replace("-", "")
            member = next((m for n, m in shape.members.items() if n.lower() == wanted), None)
            if member is not None and member.type_name in ("structure", "list", "map"):
                content = json.dumps(example_of(member)).encode()
        path = folder / f"{position}-{pathlib.PurePath(match[2]).name}"
        path.write_bytes(content)
        result.append(f"{match[1]}://{path}")
    return result


def knows(driver, arguments):
    command = driver._get_command_table().get(arguments[0])
    model = getattr(command, "service_model", None)
    return model is None or input_shape(driver, arguments) is not None or arguments[1] == "wait"


def knows_options(driver, arguments):
    shape = input_shape(driver, arguments)
    newer = [a[2:].replace("-", "") for a in arguments if (*arguments[:2], a) in NEWER_OPTIONS]
    return shape is None or all(option in {name.lower() for name in shape.members} for option in newer)


def complaint(command, folder):
    """What the AWS CLI has against a command: nothing if it would send it, None if it is older than the operation."""
    try:
        words = shlex.split(PLACE.sub(lambda m: plausible(m[1], command[: m.start()]), command))
    except ValueError as error:
        return f"the shell cannot read it: {error}"
    ends = [i for i, word in enumerate(words) if word in SHELL_OPERATORS]
    arguments = words[1 : ends[0]] if ends else words[1:]

    driver = create_clidriver()
    if tuple(arguments[:2]) in NEWER and not knows(driver, arguments):
        return None
    if not knows_options(driver, arguments):
        return None
    gate = Gate()
    driver.session.register("before-parameter-build", gate.look)
    driver.session.register("before-call", gate.stop)
    driver.session.register("before-send", gate.stop)
    said = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = driver.main(with_files(driver, arguments, folder))
        except (Request, SystemExit) as ending:
            code = getattr(ending, "code", 0)
    if gate.reached or code == 0:
        return gate.wrong
    lines = [line.strip() for line in said.getvalue().splitlines()]
    lines = [line for line in lines if line and not line.startswith(("usage:", "To see", "aws "))]
    return " ".join(lines)[:300] or f"exit status {code}"


def main(folders):
    os.environ.update(
        AWS_ACCESS_KEY_ID="example",
        AWS_SECRET_ACCESS_KEY="example",
        AWS_DEFAULT_REGION="eu-central-1",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_PAGER="",
    )
    os.environ.pop("AWS_PROFILE", None)
    files = [f for folder in folders for f in sorted(pathlib.Path(folder).glob("*.yaml"))]
    if not files:
        print("no catalogue files in " + ", ".join(folders))
        return 1
    known = {}
    checked = failed = unknown = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            for where, command in texts(yaml.compose(file.read_text(), Loader=yaml.SafeLoader), file):
                if command not in known:
                    known[command] = complaint(command, pathlib.Path(folder))
                checked += 1
                if known[command] is None:
                    unknown += 1
                elif known[command]:
                    failed += 1
                    print(f"{where}: {command}\n    {known[command]}")
    print(f"{checked} commands in {len(files)} files, {failed} invalid, {unknown} newer than this AWS CLI")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["models/aws"]))
