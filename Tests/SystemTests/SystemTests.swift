import Testing

/// Real processes and real servers. The tests run one after another, because each of them loads the machine.
@Suite(.serialized) enum SystemTests {}
