import CSV

/// Why a replay could not begin or could not go on. What happens to single orders is in the ``ReplayReport`` instead.
public struct ReplayFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// An option out of its range.
        case badOption
        /// A file that cannot be read or holds a fault.
        case badFile
        /// No server answered within the bound of tries.
        case unreachable
        /// A server refused what the catalogue or the opening stock needs.
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

    /// The status the program should end with: 64 for the caller's faults, 69 for an absent server, else 1.
    public var exitCode: Int32 {
        switch code {
        case .badOption, .badFile: 64
        case .unreachable: 69
        case .refused: 1
        }
    }
}
