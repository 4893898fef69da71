"""A goal, and the result of a measurement against it."""

import dataclasses
import datetime

from samples import median, median_processor, summed_errors


@dataclasses.dataclass
class Goal:
    work: str
    against: str
    is_at_least: bool
    number: float
    """The limit for the ratio ours / theirs, or for our figure if there is no other side."""
    unit: str = "/s"
    figure: str = "rate"
    """The attribute of a sample that is compared."""
    is_ratio: bool = True

    @property
    def text(self):
        number = f"{self.number:g}"
        return f"{'≥' if self.is_at_least else '≤'} {number}{'x' if self.is_ratio else ' ' + self.unit}"

    def result(self, context, ours, theirs):
        """The result from the samples of each side. If `theirs` has several sides, the one with the better median counts."""
        side_of_ours, samples = next(iter(ours.items()))
        figure = median(samples, self.figure)
        best, figure_of_theirs = None, None
        if theirs:
            figures = {side: median(theirs[side], self.figure) for side in theirs}
            best = (max if self.is_at_least else min)(figures, key=figures.get)
            figure_of_theirs = figures[best]
        ratio = figure / figure_of_theirs if figure_of_theirs else None
        judged = ratio if self.is_ratio else figure
        is_reached = judged is not None and (judged >= self.number if self.is_at_least else judged <= self.number)
        errors = summed_errors(samples)
        errors_of_theirs = summed_errors([sample for side in theirs.values() for sample in side])
        return {
            "work": self.work, "against": self.against, "goal": self.text, "unit": self.unit,
            "ours": figure, "theirs": figure_of_theirs, "ratio": ratio,
            # Error answers are fast, so a row with errors does not count.
            "reached": is_reached and not errors,
            "errors": errors, "errors_of_theirs": errors_of_theirs,
            "rounds": len(samples), "seconds": context.seconds, "of_quick": context.options.quick,
            "date": datetime.date.today().isoformat(),
            "sides": [
                side_of(name, group, self.figure) for name, group in {**ours, **theirs}.items()
            ],
            "best_of_theirs": best, "side_of_ours": side_of_ours,
        }


def side_of(name, samples, figure):
    return {
        "name": name, "figure": median(samples, figure), "figures": [getattr(sample, figure) for sample in samples],
        "rate": median(samples, "rate"), "p50": median(samples, "p50"), "p99": median(samples, "p99"),
        "processor": median_processor(samples), "errors": summed_errors(samples),
    }


def alternate(context, sides):
    """Measures every side once per round, alternating."""
    from context import say

    found = {name: [] for name in sides}
    for number in range(1, context.rounds + 1):
        for name, measure in sides.items():
            sample = measure()
            found[name].append(sample)
            words = f"{sample.rate:.0f}/s  p50 {sample.p50:.2f} ms  p99 {sample.p99:.2f} ms" if sample.rate else (
                f"{sample.value:.3f}")
            errors = f"  {sample.errors}" if sample.errors else ""
            say(f"  {number}/{context.rounds}  {name:32} {words}{errors}")
    return found


def part(found, *names):
    return {name: found[name] for name in names}
