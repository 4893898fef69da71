package import ArgumentParser
import Settings

/// Exit statuses of the programs, from sysexits.h.
extension ExitCode {
    /// EX_USAGE: a setting cannot be used.
    package static let badSetting = ExitCode(SettingsError.exitStatus)
    /// EX_UNAVAILABLE: the database cannot be reached, or a port cannot be bound.
    package static let unavailable = ExitCode(69)
    /// EX_TEMPFAIL: some work is left for the scheduler's next run.
    package static let temporaryFailure = ExitCode(75)

    /// Writes one line that names the setting to standard error.
    /// - Parameter fault: what is wrong with its value.
    package static func badSetting(_ name: String, _ fault: any Error) -> ExitCode {
        writeToStandardError("error: \(name): \(fault)")
        return badSetting
    }
}
