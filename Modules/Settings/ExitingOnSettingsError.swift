internal import ArgumentParser
internal import Glibc

/// Reads settings at the start of a command: a `SettingsError` becomes one line on standard error and exit status 64.
///
///     let (database, log) = try readingSettings {
///         let source = try SettingsSource(config: config, options: [database, log])
///         return (try DatabaseSettings(source), try LogSettings(source))
///     }
/// - Parameter report: takes the line; standard error unless a test gives another.
/// - Throws: `ExitCode`, which ArgumentParser takes as the command's status and prints nothing for.
public func readingSettings<Value>(
    report: (String) -> Void = writeToStandardError,
    _ read: () throws -> Value
) throws -> Value {
    do {
        return try read()
    } catch let error as SettingsError {
        report("error: \(error)")
        throw ExitCode(SettingsError.exitStatus)
    }
}

/// Writes one line.
public func writeToStandardError(_ line: String) {
    var bytes = Array("\(line)\n".utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if written < 0 && errno == EINTR { continue }
        // Nobody is left to tell.
        guard written > 0 else { return }
        bytes = bytes.dropFirst(written)
    }
}
