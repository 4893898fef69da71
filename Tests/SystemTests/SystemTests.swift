import Testing

/// Real processes and real servers, one test after the other: each of them loads the machine by itself.
@Suite(.serialized) enum SystemTests {}
