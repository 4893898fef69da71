package import Logging
package import Settings
package import Telemetry

extension LogSettings {
    package var lineFormat: LogFormat { format == .json ? .json : .text }
    package var loggerLevel: Logger.Level { .init(rawValue: level.rawValue) ?? .info }

    /// Makes every logger of the process write lines to standard error. Call it once.
    package func bootstrap() {
        LineLogHandler.bootstrap(format: lineFormat, level: loggerLevel)
    }
}
