import CSV

/// Why a replay could not start or continue. Failures of single orders are in the ``ReplayReport`` instead.
public struct ReplayFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// An option is out of range.
        case badOption
        /// A file cannot be read or holds an error.
        case badFile
        /// No server answered within the allowed attempts.
        case unreachable
        /// A server refused a call that loads the catalogue or the opening stock.
        case refused
    }

    public let code: Code
    /// One line.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: CSVError) { self.init(.badFile, error.description) }

    public var description: String { message }

    /// The program's exit status: 64 for invalid input, 69 for an unreachable server, else 1.
    public var exitCode: Int32 {
        switch code {
        case .badOption, .badFile: 64
        case .unreachable: 69
        case .refused: 1
        }
    }
}
