"""Tables for the terminal and for docs/benchmarks/."""

from processor import GROUPS


def number(value, unit):
    if value is None:
        return "–"
    if unit == "/s":
        return f"{value:,.0f}/s"
    return f"{value:,.3f} {unit}" if unit == "s" else f"{value:,.2f} {unit}"


def latency(side):
    return f"{side['p50']:.2f} / {side['p99']:.2f}" if side and side["rate"] else "–"


def error_text(errors):
    return ", ".join(f"{count} × {name}" for name, count in sorted(errors.items())) or "0"


def side_named(result, name):
    return next((side for side in result["sides"] if side["name"] == name), None)


def goals_table(results):
    lines = [
        "| work | against | goal | ours | theirs | ratio | reached | p50 / p99 ms, ours | theirs | errors |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|---|",
    ]
    for result in results:
        ratio = f"{result['ratio']:.2f}" if result["ratio"] is not None else "–"
        against = result["against"]
        if result["best_of_theirs"] and result["best_of_theirs"].startswith("pgbench, "):
            against += f" ({result['best_of_theirs'].removeprefix('pgbench, ')})"
        errors = error_text(result["errors"])
        if result["errors_of_theirs"]:
            errors += f"; theirs {error_text(result['errors_of_theirs'])}"
        cells = [
            result["work"], against, result["goal"], number(result["ours"], result["unit"]),
            number(result["theirs"], result["unit"]), ratio, "yes" if result["reached"] else "**no**",
            latency(side_named(result, result["side_of_ours"])), latency(side_named(result, result["best_of_theirs"])),
            errors,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def processor_table(results):
    lines = [
        "| work | side | " + " | ".join(GROUPS) + " | sum | rates of the rounds |",
        "|---|---|" + "---:|" * (len(GROUPS) + 1) + "---|",
    ]
    shown = set()
    for result in results:
        # A side that several rows share is shown once.
        for side in result["sides"]:
            key = (result["against"], side["name"], tuple(side["figures"]))
            if not side["processor"] or key in shown:
                continue
            shown.add(key)
            times = side["processor"]
            cells = [f"{times[group][0]:.0f} + {times[group][1]:.0f}" for group in GROUPS]
            cells.append(f"{sum(sum(pair) for pair in times.values()):.0f}")
            unit = result["unit"]
            figures = " ".join(f"{figure:.0f}" if unit == "/s" else f"{figure:.2f}" for figure in side["figures"])
            lines.append(
                "| " + " | ".join([result["work"], side["name"], *cells, figures + ("" if unit == "/s" else f" {unit}")])
                + " |")
    return "\n".join(lines)


def document(results, command, machine, audits):
    days = sorted({result["date"] for result in results})
    measured = sorted({(result["rounds"], result["seconds"]) for result in results})
    reached = sum(result["reached"] for result in results)
    shape = "; ".join(f"{rounds} round{'s' if rounds > 1 else ''} of {seconds} s" for rounds, seconds in measured)
    lines = [
        "# Performance goals",
        "",
        f"Written by `{command}`, measured on {' and '.join(days)}; {reached} of {len(results)} goals reached.",
        "[README.md](README.md) explains the rows.",
        "",
        goals_table(results),
        "",
        f"Medians of the rounds ({shape}). The sides alternate, with a CHECKPOINT before each measurement. The better result of",
        "pgbench with 8 and with 32 clients counts. Errors are answers other than 2xx, and all other failures.",
        "",
        "## Processor time",
        "",
        "Microseconds per request, user + system, medians of the rounds. The load generator is wrk, pgbench or open-loop.",
        "",
        processor_table(results),
        "",
        "## The machine and the servers",
        "",
        *[f"- {line}" for line in machine],
    ]
    if audits:
        lines.append(f"- `inventoryctl audit` afterwards: {'; '.join(f'`{line}`' for line in audits)}")
    return "\n".join(lines) + "\n"
