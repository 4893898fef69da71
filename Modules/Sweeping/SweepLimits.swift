package import UseCases

/// Bounds that keep a sweeper from delaying sales.
package enum SweepLimits {
    package static let bounds = SweepBounds()

    /// How long a command waits for a record that another session holds. A sale holds one for some milliseconds. A record
    /// that is held longer waits for the next pass, so that it does not delay the other records of its command beyond a part
    /// of the second within which overdue reservations are released.
    package static let recordWait = Duration.milliseconds(500)
}
