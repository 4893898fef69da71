internal import Glibc

/// The fields of `/proc/self/stat` that are metrics (`man 5 proc`).
struct ProcessStat: Equatable {
    let cpuSeconds: Double
    let startSecondsSinceBoot: Double
    let virtualBytes: Double
    let residentBytes: Double

    /// Nil if there is no `/proc`.
    static func current() -> ProcessStat? {
        let descriptor = open("/proc/self/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // 52 numbers and a name; the kernel returns all of it in one read.
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return ProcessStat(
            String(decoding: buffer[..<count], as: UTF8.self),
            ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)),
            pageBytes: sysconf(Int32(_SC_PAGESIZE))
        )
    }

    init?(_ text: String, ticksPerSecond: Int, pageBytes: Int) {
        // The name of the program is in parentheses and may hold spaces and parentheses of its own.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].dropFirst().split(separator: " ")
        /// The field with this number in the manual, where the state after the name is the third.
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
        }
        guard let user = field(14), let system = field(15), let start = field(22), let virtual = field(23),
            let pages = field(24)
        else { return nil }
        cpuSeconds = (user + system) / Double(ticksPerSecond)
        startSecondsSinceBoot = start / Double(ticksPerSecond)
        virtualBytes = virtual
        residentBytes = pages * Double(pageBytes)
    }
}
