"""One measurement of one side, and what several of them come to."""

import dataclasses
import statistics


@dataclasses.dataclass
class Sample:
    rate: float = 0.0
    """Requests or transactions a second; 0 where time is what counts."""
    p50: float = 0.0
    """Milliseconds."""
    p99: float = 0.0
    errors: dict = dataclasses.field(default_factory=dict)
    """How many answers were not 2xx, by status, and what else went wrong."""
    processor: dict = dataclasses.field(default_factory=dict)
    """Microseconds of user and system time a request, by group."""
    value: float = 0.0
    """Where it is not a rate: seconds, or megabytes."""


def median(samples, name):
    return statistics.median(getattr(sample, name) for sample in samples)


def summed_errors(samples):
    errors = {}
    for sample in samples:
        for name, count in sample.errors.items():
            errors[name] = errors.get(name, 0) + count
    return errors


def median_processor(samples):
    groups = samples[0].processor if samples else {}
    return {
        group: [statistics.median(sample.processor[group][i] for sample in samples) for i in (0, 1)]
        for group in groups
    }
