#!/usr/bin/env python3
"""Checks the map in docs/architecture.md against Package.swift and the folders, and the size of targets and files.

    architecture.py PACKAGE.json             PACKAGE.json: the output of `swift package dump-package`
    architecture.py PACKAGE.json --write     corrects the columns and folders that can be derived, and keeps the purposes

Every finding is one line on standard output; the exit status is 1 when there is one.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/architecture.md"
# A target that a reader can hold in mind, and a file that fits on a few screens.
TARGET_LINES = 4_000
FILE_LINES = 300
# A larger target needs a map of its folders.
UNMAPPED_FILES = 20
LAYERS = ("Modules", "Apps", "Benchmarks")


def swift_files(path):
    return sorted(path.rglob("*.swift"))


def lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def targets_of(package):
    """The targets of the product itself: name, path, own dependencies, outside products."""
    for target in package["targets"]:
        path = target.get("path") or ""
        if path.split("/")[0] not in LAYERS or target["type"] == "system":
            continue
        own, outside = [], []
        for dependency in target["dependencies"]:
            for kind, value in dependency.items():
                (own if kind in ("byName", "target") else outside).append(value[0])
        yield target["name"], ROOT / path, sorted(own), sorted(outside)


def section(text, name):
    """The lines between `<!-- name -->` and `<!-- end -->`."""
    match = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", text, re.S)
    if not match:
        sys.exit(f"{PAGE.name}: the marks of {name} are missing")
    return match


def rows(table):
    """Cells of a Markdown table without its head."""
    for line in table.splitlines()[2:]:
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def target_table(targets, old):
    purposes = {row[0]: row[1] for row in rows(old)}
    table = "| target | purpose | imports of ours | outside packages |\n|---|---|---|---|\n"
    for name, _, own, outside in targets:
        key = f"`{name}`"
        table += f"| {key} | {purposes.get(key, '')} | {', '.join(own) or '–'} | {', '.join(outside) or '–'} |\n"
    return table


def folder_table(targets, old):
    purposes = {(row[0], row[1]): row[2] for row in rows(old)}
    table = "| target | folder | contents |\n|---|---|---|\n"
    for name, path, _, _ in targets:
        if len(swift_files(path)) <= UNMAPPED_FILES:
            continue
        for folder in sorted({file.parent for file in swift_files(path)}):
            key = (f"`{name}`", f"`{folder.relative_to(path)}`" if folder != path else "`.`")
            table += f"| {key[0]} | {key[1]} | {purposes.get(key, '')} |\n"
    return table


def main():
    package = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    targets = sorted(targets_of(package), key=lambda target: (LAYERS.index(target[1].relative_to(ROOT).parts[0]), target[0]))
    text = PAGE.read_text(encoding="utf-8")
    findings = []
    for name, make in (("targets", target_table), ("folders", folder_table)):
        match = section(text, name)
        table = make(targets, match[1])
        if "--write" in sys.argv:
            text = text[: match.start(1)] + table + text[match.end(1) :]
            continue
        written, expected = match[1].splitlines(), table.splitlines()
        findings += [f"docs/architecture.md, {name}: missing or outdated: {row}" for row in expected if row not in written]
        findings += [f"docs/architecture.md, {name}: no longer true: {row}" for row in written if row not in expected]
        findings += [f"docs/architecture.md, {name}: no purpose: {row}" for row in expected if "|  |" in row]
    if "--write" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
        return
    for name, path, _, _ in targets:
        size = sum(lines(file) for file in swift_files(path))
        if size > TARGET_LINES:
            findings.append(f"{name} has {size} lines; a target has at most {TARGET_LINES}")
    for file in sorted(file for folder in (*LAYERS, "Tests") for file in swift_files(ROOT / folder)):
        if (size := lines(file)) > FILE_LINES:
            findings.append(f"{file.relative_to(ROOT)} has {size} lines; a file has at most {FILE_LINES}")
    print("\n".join(findings), end="\n" if findings else "")
    sys.exit(1 if findings else 0)


main()
