"""Prints docs/python-reference.md, made from the docstrings of python/src/mmoe, which it reads without importing them."""

import ast
import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "python/src/mmoe"

#: Every name of the package, in the order of reading.
SECTIONS = {
    "Sweeps": ["sweep", "plan", "tune", "verify", "model", "Model", "metric", "Metric"],
    "Regimes": ["regimes", "Standings"],
    "Results": ["results", "Results", "Figure"],
    "Rows and initial values": ["rows", "Rows", "initial_values"],
    "Models in Python": ["TorchTrainer", "Trainer", "Settings", "Task", "Schedule"],
    "The program": ["MmoeError", "Said", "find_program"],
}

HEAD = """# Python reference

<!-- A test in test/docs makes this page from the docstrings of python/src/mmoe; `npm run docs` writes it. -->

Every name of the package `mmoe`. [python.md](python.md) is the guide. In shapes, B is the rows of a batch, N any number of rows, D the
inputs, K the tasks, O the outputs of all tasks, S steps. Arrays are NumPy's, of float32. A **loss** is in units of label variance: predicting
the mean has a loss of 1. With the Huber loss, raw labels or classes, it is in the unit of the loss that the sweep uses.
"""

FIELD = re.compile(r"^\s*:(param \w+|returns|raises \w+): ?", re.MULTILINE)


def prose(text: str) -> str:
    """A docstring's text as Markdown: reStructuredText's marks become Markdown's, examples become blocks of code."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if lines and lines[0].lstrip().startswith(">>>"):
            code = "\n".join(line if line.startswith(">>>") else f"# {line}" for line in lines).replace(">>> ", "")
            blocks.append(f"```python\n{code}\n```")
        else:
            blocks.append(" ".join(line.strip() for line in lines))
    return "\n\n".join(blocks)


def parts(node: ast.AST) -> "tuple[str, list[tuple[str, str]]]":
    """A docstring's text, and its fields: (`param x`, meaning)."""
    text = ast.get_docstring(node) or ""
    first, *rest = FIELD.split(text)
    meanings = [prose(" ".join(one.split())) for one in rest[1::2]]
    return prose(first), list(zip(rest[::2], meanings))


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def table(head: "list[str]", rows: "list[list[str]]") -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(each) for each in line)} |" for line in lines)


def parameters(node: "ast.FunctionDef | ast.AsyncFunctionDef", fields: "list[tuple[str, str]]") -> "list[list[str]]":
    """Rows of a function's parameters: name, type, default, meaning."""
    meaning = {name.removeprefix("param "): text for name, text in fields if name.startswith("param ")}
    of = node.args
    positional = [*of.posonlyargs, *of.args]
    defaults = [None] * (len(positional) - len(of.defaults)) + list(of.defaults)
    given = [*zip(positional, defaults), *zip(of.kwonlyargs, of.kw_defaults)]
    if of.kwarg:
        given.append((of.kwarg, None))
    rows = []
    for each, default in given:
        if each.arg == "self":
            continue
        name = f"**{each.arg}" if each is of.kwarg else each.arg
        kind = ast.unparse(each.annotation) if each.annotation else ""
        rows.append([code(name), code(kind), code(ast.unparse(default)) if default else "", meaning.get(each.arg, "")])
    return rows


#: The parameters of the first function that has many: others with the same ones refer to it.
many: "dict[str, list[list[str]]]" = {}


def function(node: "ast.FunctionDef | ast.AsyncFunctionDef", title: str, level: int) -> str:
    text, fields = parts(node)
    rows = parameters(node, fields)
    is_property = any(isinstance(one, ast.Name) and one.id == "property" for one in node.decorator_list)
    call = "" if is_property else f"({', '.join(row[0].strip('`') for row in rows)})" if len(rows) < 9 else "(...)"
    told = [f"{'#' * level} `{title}{call}`", text]
    shared = [(name, without(rows, of)) for name, of in many.items() if without(rows, of) is not None]
    if shared:
        name, lacking = shared[0]
        told.append(f"The parameters are those of `{name}`{f', without {lacking}' if lacking else ''}.")
    elif any(row[3] for row in rows):
        told.append(table(["parameter", "type", "default", "meaning"], rows))
    if len(rows) > 20:
        many[title] = rows
    returns = ast.unparse(node.returns) if node.returns else "None"
    said = [text for name, text in fields if name == "returns"]
    if returns != "None":
        told.append(f"{'Type' if is_property else 'Returns'} {code(returns)}{f': {said[0]}' if said else ''}.")
    raised = [f"- `{name.removeprefix('raises ')}`: {text}" for name, text in fields if name.startswith("raises ")]
    if raised:
        told.append("Raises:\n\n" + "\n".join(raised))
    return "\n\n".join(filter(None, told))


def without(rows: "list[list[str]]", of: "list[list[str]]") -> "str | None":
    """Which of `of` are not among `rows`; None if other rows are."""
    if len(rows) < 20 or any(row not in of for row in rows):
        return None
    return ", ".join(row[0] for row in of if row not in rows)


def attributes(node: ast.ClassDef, lines: "list[str]") -> "list[list[str]]":
    """Rows of a class's fields, each with the comments `#:` above it."""
    rows = []
    for each in node.body:
        if not isinstance(each, ast.AnnAssign):
            continue
        said, at = [], each.lineno - 2
        while lines[at].strip().startswith("#:"):
            said.insert(0, lines[at].strip().removeprefix("#:").strip())
            at -= 1
        default = code(ast.unparse(each.value)) if each.value else ""
        rows.append([code(ast.unparse(each.target)), code(ast.unparse(each.annotation)), default, prose(" ".join(said))])
    return rows


def of_class(node: ast.ClassDef, name: str, lines: "list[str]") -> str:
    text, fields = parts(node)
    made = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
    call = f"({', '.join(row[0].strip('`') for row in parameters(made, []))})" if made else ""
    told = [f"### `{name}{call}`", text]
    rows = attributes(node, lines)
    if rows:
        told.append(table(["field", "type", "default", "meaning"], rows))
    for each in node.body:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and not each.name.startswith("_"):
            told.append(function(each, f"{node.name}.{each.name}", 4))
    return "\n\n".join(filter(None, told))


def main() -> None:
    definitions = {}
    for file in sorted(SOURCE.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                definitions[node.name] = (node, text.splitlines())
    public = next(
        ast.literal_eval(node.value)
        for node in ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_MODULES"
    )
    listed = [name for names in SECTIONS.values() for name in names]
    if sorted(listed) != sorted(public):
        raise SystemExit(f"SECTIONS: expected the names of the package, got others: {set(listed) ^ set(public)}")
    told = [HEAD.strip()]
    for title, names in SECTIONS.items():
        told.append(f"## {title}")
        for name in names:
            node, lines = definitions[name]
            told.append(of_class(node, f"mmoe.{name}", lines) if isinstance(node, ast.ClassDef) else function(node, f"mmoe.{name}", 3))
    print("\n\n".join(told))


main()
