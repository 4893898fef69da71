import Programs
package import Settings
package import WritePath

extension EngineSettings {
    /// The engine settings that all programs that write stock read in the same way.
    package init(_ database: DatabaseSettings, _ locks: LockSettings) {
        self.init()
        sendsSettingsInTransaction = !database.hasOwnSessions
        waitLimit = locks.wait
        onLeaseFailure = locks.onRedisFailure == .refuse ? .refuse : .continueOnRowLocks
    }
}
