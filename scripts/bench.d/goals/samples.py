"""One measurement of one side, and medians over several."""

import dataclasses
import statistics


@dataclasses.dataclass
class Sample:
    rate: float = 0.0
    """Requests or transactions per second; 0 if `value` is used."""
    p50: float = 0.0
    """Milliseconds."""
    p99: float = 0.0
    errors: dict = dataclasses.field(default_factory=dict)
    """Number of answers other than 2xx, by status, and of other failures, by name."""
    processor: dict = dataclasses.field(default_factory=dict)
    """Microseconds of user and system time per request, by group."""
    value: float = 0.0
    """Seconds, milliseconds or megabytes, for measurements that are not a rate."""


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
